namespace DeepCompression.Onnx;

/// <summary>A step that changes the weights of a model and leaves the graph around them alone.</summary>
public interface IModelPass
{
    /// <summary>The name of the pass.</summary>
    string Name { get; }

    /// <summary>Runs the pass on a copy of the model.</summary>
    /// <param name="model">The model; it is not changed.</param>
    /// <returns>The changed copy, what was changed and what was skipped.</returns>
    /// <exception cref="InvalidDataException">The model, or a compressed weight in it, is invalid.</exception>
    PassResult Run(OnnxModel model);
}
