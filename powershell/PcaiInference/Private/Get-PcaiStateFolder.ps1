# Where the servers that Start-PcaiServer started are remembered, a file for each port.
function Get-PcaiStateFolder {
    [CmdletBinding()]
    [OutputType([string])]
    param()

    $base = if (Test-PcaiWindows) { $env:LOCALAPPDATA }
    elseif ($env:XDG_STATE_HOME) { $env:XDG_STATE_HOME }
    else { Join-Path $HOME '.local/state' }
    return Join-Path (Join-Path $base 'pcai') 'servers'
}
