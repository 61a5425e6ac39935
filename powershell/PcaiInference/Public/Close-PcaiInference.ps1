function Close-PcaiInference {
    <#
    .SYNOPSIS
    Ends the engine, unloads the model and frees its memory.

    .DESCRIPTION
    Cancels what still runs and waits for that. Harmless when there is no engine.
    Initialize-PcaiInference may follow. Removing the module and leaving PowerShell do the same.

    .EXAMPLE
    Close-PcaiInference

    Frees the model's memory.

    .INPUTS
    None.

    .OUTPUTS
    None.

    .LINK
    Initialize-PcaiInference
    #>
    [CmdletBinding()]
    [OutputType([void])]
    param()

    process {
        $engine = $script:Engine
        $model = $script:Model
        $script:Engine = $null
        $script:Model = $null
        $script:ModelKey = $null
        if ($null -ne $model) { $model.Dispose() }
        if ($null -ne $engine) { $engine.Dispose() }
    }
}
