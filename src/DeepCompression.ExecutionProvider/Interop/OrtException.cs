namespace DeepCompression.ExecutionProvider.Interop;

/// <summary>A call into ONNX Runtime failed.</summary>
internal sealed class OrtException(string message) : Exception(message);
