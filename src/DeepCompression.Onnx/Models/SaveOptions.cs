namespace DeepCompression.Onnx;

/// <summary>How <see cref="OnnxModel.Save"/> writes a model.</summary>
public sealed record SaveOptions
{
    /// <summary>Whether existing files may be replaced. Default false.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Where weights are written. Default <see cref="ExternalDataMode.Auto"/>.</summary>
    public ExternalDataMode ExternalData { get; init; }

    /// <summary>Tensors of fewer bytes stay in the message. Default 1024.</summary>
    public int ExternalDataThreshold { get; init; } = 1024; // bytes

    /// <summary>The name of the external data file, in the folder of the model. Null, the default, is the model's file name with <c>.data</c> appended.</summary>
    public string? ExternalDataFile { get; init; }
}
