"""Tests of the TikTok that the sandbox invents."""
