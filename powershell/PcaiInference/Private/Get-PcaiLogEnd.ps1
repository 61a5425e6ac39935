# The last lines of a server's log, for an error message; nothing where there is no log.
function Get-PcaiLogEnd {
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)]
        [string] $Path
    )

    if (Test-Path -LiteralPath $Path) {
        (Get-Content -LiteralPath $Path -Tail 5 -Encoding UTF8) -join [Environment]::NewLine
    }
}
