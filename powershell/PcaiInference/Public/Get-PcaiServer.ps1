function Get-PcaiServer {
    <#
    .SYNOPSIS
    Lists the servers that Start-PcaiServer started and that still run.

    .DESCRIPTION
    Finds the servers that any PowerShell session of the same user started. A server whose process has
    ended is removed from the list. Ready says whether the server answers requests now.

    .PARAMETER Port
    Only the servers on these ports.

    .EXAMPLE
    Get-PcaiServer

    Shows all servers.

    .EXAMPLE
    (Get-PcaiServer -Port 8080).Ready

    Says whether the server on port 8080 is ready.

    .INPUTS
    None.

    .OUTPUTS
    PcaiInference.Server, with Port, Id (of its process), Url, Model, Log and Ready.

    .LINK
    Start-PcaiServer

    .LINK
    Stop-PcaiServer
    #>
    [CmdletBinding()]
    [OutputType('PcaiInference.Server')]
    param(
        [Parameter(Position = 0)]
        [ValidateRange(1, 65535)]
        [int[]] $Port
    )

    process {
        $folder = Get-PcaiStateFolder
        if (-not (Test-Path -LiteralPath $folder)) { return }
        foreach ($file in Get-ChildItem -LiteralPath $folder -Filter '*.json') {
            if ($Port -and $file.BaseName -notin $Port) { continue }
            $server = Read-PcaiServer -Path $file.FullName
            if ($server) { $server }
            else { Remove-Item -LiteralPath $file.FullName -ErrorAction SilentlyContinue }
        }
    }
}
