namespace DeepCompression.Cli.Recipes;

/// <summary>An error budget by name.</summary>
internal enum Preset
{
    /// <summary>0.2 % relative error.</summary>
    Accurate,

    /// <summary>1 % relative error: the default.</summary>
    Balanced,

    /// <summary>5 % relative error.</summary>
    Small,
}
