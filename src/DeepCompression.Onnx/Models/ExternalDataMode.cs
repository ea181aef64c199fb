namespace DeepCompression.Onnx;

/// <summary>Where the weights of a saved model are.</summary>
public enum ExternalDataMode
{
    /// <summary>Each weight where it was, in the message or in an external file; in an external file when the message would be larger than 2 GB.</summary>
    Auto,

    /// <summary>All weights in the message.</summary>
    Embed,

    /// <summary>All initializers of at least <see cref="SaveOptions.ExternalDataThreshold"/> bytes in an external file.</summary>
    External,
}
