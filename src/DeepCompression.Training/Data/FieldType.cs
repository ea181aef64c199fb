namespace DeepCompression.Training.Data;

/// <summary>The element types that a batch can have.</summary>
public enum FieldType
{
    /// <summary>IEEE 754 binary32: images, features, targets of a regression.</summary>
    Float32,

    /// <summary>64-bit signed integers: class labels, characters.</summary>
    Int64,
}
