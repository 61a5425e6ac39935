# Starts the program on its own: Ctrl+C at this prompt does not reach it and it outlives PowerShell.
# On Windows it gets a hidden console. Elsewhere a shell starts it, because only the child's own
# redirection goes on when PowerShell has left; what it prints goes to the file $Log.
function Start-PcaiProcess {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '',
        Justification = 'Start-PcaiServer asks.')]
    [CmdletBinding()]
    [OutputType([System.Diagnostics.Process])]
    param(
        [Parameter(Mandatory = $true)]
        [string] $Program,

        [Parameter(Mandatory = $true)]
        [string[]] $Arguments,

        [Parameter(Mandatory = $true)]
        [string] $Log
    )

    $start = New-Object System.Diagnostics.ProcessStartInfo
    if (Test-PcaiWindows) {
        $start.FileName = $Program
        $words = $Arguments
        $start.UseShellExecute = $true # a console of its own
        $start.WindowStyle = 'Hidden'
    }
    else {
        $start.FileName = '/bin/sh'
        $shell = 'log=$1; shift; exec </dev/null >"$log" 2>&1; ' +
            'if command -v setsid >/dev/null; then exec setsid "$@"; else exec "$@"; fi'
        $words = @('-c', $shell, 'sh', $Log, $Program) + $Arguments
        $start.UseShellExecute = $false
    }
    $start.Arguments = ($words | ForEach-Object { ConvertTo-PcaiArgument -Argument $_ }) -join ' '
    [System.Diagnostics.Process]::Start($start)
}
