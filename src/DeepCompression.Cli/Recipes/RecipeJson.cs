using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using DeepCompression.Onnx;
using DeepCompression.WeightSharing;

namespace DeepCompression.Cli.Recipes;

/// <summary>The JSON of recipes: camel case, comments allowed, unknown names refused.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true,
    Converters = [
        typeof(CamelCaseEnum<ModelForm>), typeof(CamelCaseEnum<Preset>), typeof(CamelCaseEnum<EntropyCoder>), typeof(CamelCaseEnum<PruningMethod>),
        typeof(CamelCaseEnum<CentroidInitialization>), typeof(CamelCaseEnum<StandardKind>), typeof(CamelCaseEnum<QuantizationGranularity>), typeof(CamelCaseEnum<CalibrationMethod>), typeof(CamelCaseEnum<SaliencyKind>)])]
[JsonSerializable(typeof(Recipe))]
internal sealed partial class RecipeJson : JsonSerializerContext
{
    private static readonly Lazy<RecipeJson> s_readable = new(() => new RecipeJson(new JsonSerializerOptions(Default!.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));

    /// <summary>The context whose texts are not escaped for the web: names of weights stay readable.</summary>
    public static RecipeJson Readable => s_readable.Value;
}
