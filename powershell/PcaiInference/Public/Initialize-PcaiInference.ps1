function Initialize-PcaiInference {
    <#
    .SYNOPSIS
    Starts the inference engine in this PowerShell process.

    .DESCRIPTION
    Finds the native library pcai_inference (docs/powershell.md lists where) and starts an engine. If the
    engine runs already, the same backend or auto changes nothing, and another backend is an error until
    Close-PcaiInference.

    .PARAMETER Backend
    The backend that runs the models: auto takes the one that reads a model's format, llamacpp runs GGUF
    files, mistralrs is mistral.rs, and fake is a scripted backend for tests that needs no model.

    .EXAMPLE
    Initialize-PcaiInference

    Starts the engine with the backend that fits the model.

    .EXAMPLE
    Initialize-PcaiInference -Backend llamacpp -Verbose

    Starts the engine with llama.cpp and shows which library was opened.

    .INPUTS
    None.

    .OUTPUTS
    None.

    .LINK
    Import-PcaiModel

    .LINK
    Close-PcaiInference
    #>
    [CmdletBinding()]
    [OutputType([void])]
    param(
        [Parameter(Position = 0)]
        [ValidateSet('auto', 'llamacpp', 'mistralrs', 'fake')]
        [string] $Backend = 'auto'
    )

    process {
        if ($null -ne $script:Engine) {
            if ($Backend -eq 'auto' -or $Backend -eq $script:Engine.Backend) { return }
            $message = "The engine runs with the backend '$($script:Engine.Backend)'. " +
                "Call Close-PcaiInference before starting it with '$Backend'."
            $PSCmdlet.ThrowTerminatingError((New-PcaiErrorRecord -Message $message `
                        -ErrorId 'PcaiAlreadyInitialized' -Category InvalidOperation -TargetObject $Backend))
        }
        try {
            [PcaiInference.Library]::Open($script:ModuleFolder)
            # Names are lower-case in the library; ValidateSet takes any case.
            $script:Engine = New-Object PcaiInference.Engine $Backend.ToLowerInvariant()
        }
        catch {
            $PSCmdlet.ThrowTerminatingError((ConvertTo-PcaiErrorRecord -ErrorRecord $_ -TargetObject $Backend))
        }
        Write-Verbose "Library $([PcaiInference.Library]::File), version $([PcaiInference.Library]::Version)"
    }
}
