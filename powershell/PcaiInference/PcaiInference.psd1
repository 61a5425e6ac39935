@{
    RootModule           = 'PcaiInference.psm1'
    ModuleVersion        = '0.1.0'
    GUID                 = '4fb5a3a6-d7a2-4f17-a080-bdffba0aafd7'
    Author               = 'PCAI-Inference contributors'
    CompanyName          = 'PCAI-Inference contributors'
    Copyright            = '(c) 2026 PCAI-Inference contributors. MIT License.'
    Description          = 'Runs language models (GGUF files) inside PowerShell, without a server, Docker or Python.'
    CompatiblePSEditions = @('Desktop', 'Core')
    PowerShellVersion    = '5.1'
    FormatsToProcess     = @('PcaiInference.Format.ps1xml')
    FunctionsToExport    = @(
        'Close-PcaiInference'
        'Get-PcaiDevice'
        'Get-PcaiModel'
        'Get-PcaiServer'
        'Import-PcaiModel'
        'Initialize-PcaiInference'
        'Invoke-PcaiGenerate'
        'Start-PcaiServer'
        'Stop-PcaiServer'
    )
    CmdletsToExport      = @()
    VariablesToExport    = @()
    AliasesToExport      = @()
    PrivateData          = @{
        PSData = @{
            Tags         = @('AI', 'LLM', 'GGUF', 'inference', 'diagnostics', 'PSEdition_Desktop', 'PSEdition_Core', 'Windows', 'Linux')
            ReleaseNotes = 'The first version.'
        }
    }
}
