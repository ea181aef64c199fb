using System.Globalization;
using System.Text;
using DeepCompression.ExecutionProvider.Interop;
using DeepCompression.ExecutionProvider.Planning;

namespace DeepCompression.ExecutionProvider.Provider;

/// <summary>Tells a runtime the shapes that a <c>Prepared</c> node yields, for those that it knows of the node's input.</summary>
internal static unsafe class PreparedShapes
{
    private const int AttributeInt = 1;
    private const int Float32 = 1;
    private const int MaxRank = 16;
    private const int NameLength = 64; // bytes: a word and three numbers
    private const int FirstName = -2; // -1 is a dimension that nothing is known of

    /// <summary>Infers the shapes of a node.</summary>
    /// <param name="ort">The runtime.</param>
    /// <param name="context">The node.</param>
    /// <param name="keyName">The attribute that says which one.</param>
    /// <exception cref="OrtException">The runtime refuses something.</exception>
    public static void Infer(OrtRuntime ort, OrtShapeInferContext* context, byte* keyName)
    {
        OrtOpAttr* attribute;
        OrtTensorTypeAndShapeInfo* input;
        long key;
        nuint rank;
        ort.Check(ort.Api->ShapeInferContext_GetAttribute(context, keyName, &attribute));
        ort.Check(ort.Api->ReadOpAttr(attribute, AttributeInt, &key, sizeof(long), &rank));
        ort.Check(ort.Api->ShapeInferContext_GetInputTypeShape(context, 0, &input));
        ort.Check(ort.Api->GetDimensionsCount(input, &rank));
        if (rank is 0 or > MaxRank)
            return;

        // A dimension with a name stands for itself as a negative number, by which it is found again in the results.
        long* dimensions = stackalloc long[MaxRank];
        byte** names = stackalloc byte*[MaxRank];
        ort.Check(ort.Api->GetDimensions(input, dimensions, rank));
        ort.Check(ort.Api->GetSymbolicDimensions(input, names, rank));
        long[] shape = new long[rank];
        for (int i = 0; i < shape.Length; i++)
            shape[i] = dimensions[i] >= 0 ? dimensions[i] : FirstName - i;
        long[][] outputs = PreparedUnit.Find(key)?.InferShapes(shape) ?? [];
        for (int i = 0; i < outputs.Length; i++)
            Set(ort, context, i, outputs[i], names, key);
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static void Set(OrtRuntime ort, OrtShapeInferContext* context, int output, long[] shape, byte** inputNames, long key)
    {
        long* dimensions = stackalloc long[MaxRank];
        byte** names = stackalloc byte*[MaxRank];
        byte* made = stackalloc byte[MaxRank * NameLength];
        new Span<byte>(made, MaxRank * NameLength).Clear();
        for (int i = 0; i < shape.Length; i++)
        {
            dimensions[i] = Math.Max(shape[i], -1);
            names[i] = shape[i] <= FirstName && inputNames[FirstName - shape[i]][0] != 0 ? inputNames[FirstName - shape[i]] : made + (i * NameLength);
            if (shape[i] < 0 && names[i][0] == 0)
                Encoding.UTF8.GetBytes(string.Join('.', (string[])["prepared", Text(key), Text(output), Text(i)]), new Span<byte>(names[i], NameLength - 1)); // without a name it would be of size -1
        }

        OrtTensorTypeAndShapeInfo* info;
        ort.Check(ort.Api->CreateTensorTypeAndShapeInfo(&info));
        OrtStatus* status = ort.Api->SetTensorElementType(info, Float32); // in no try: calls in one are not compiled ahead of time
        if (status == null)
            status = ort.Api->SetDimensions(info, dimensions, (nuint)shape.Length);
        if (status == null)
            status = ort.Api->SetSymbolicDimensions(info, names, (nuint)shape.Length);
        if (status == null)
            status = ort.Api->ShapeInferContext_SetOutputTypeShape(context, (nuint)output, info);
        ort.Api->ReleaseTensorTypeAndShapeInfo(info);
        ort.Check(status);
    }
}
