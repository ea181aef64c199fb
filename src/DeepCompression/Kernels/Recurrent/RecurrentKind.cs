namespace DeepCompression.Kernels;

/// <summary>The recurrent layers that exist as kernels.</summary>
public enum RecurrentKind
{
    /// <summary>ONNX LSTM, default activations: gates in the order input, output, forget, cell.</summary>
    Lstm,

    /// <summary>ONNX GRU, default activations: gates in the order update, reset, hidden.</summary>
    Gru,
}
