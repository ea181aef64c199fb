using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DeepCompression.Cli.Recipes;
using DeepCompression.Onnx;
using DeepCompression.WeightSharing;

namespace DeepCompression.Cli.Tests;

public sealed class RecipeTests
{
    private static readonly JsonElement _schema = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "docs", "recipe.schema.json"))).RootElement;

    [Fact]
    public void Schema_Properties_AreThoseThatTheReaderKnows()
    {
        AssertSame(typeof(Recipe), _schema);
        AssertSame(typeof(StandardRecipe), _schema.GetProperty("properties").GetProperty("standard"));
        AssertSame(typeof(WeightRecipe), _schema.GetProperty("$defs").GetProperty("weight"));
    }

    [Fact]
    public void Schema_Enumerations_AreThoseThatTheReaderKnows()
    {
        JsonElement root = _schema.GetProperty("properties"), definitions = _schema.GetProperty("$defs");
        JsonElement standard = root.GetProperty("standard").GetProperty("properties"), weight = definitions.GetProperty("weight").GetProperty("properties");
        AssertSame<ModelForm>(root.GetProperty("form"));
        AssertSame<Preset>(root.GetProperty("preset"));
        AssertSame<SaliencyKind>(root.GetProperty("saliency"));
        AssertSame<EntropyCoder>(definitions.GetProperty("coder"));
        AssertSame<StandardKind>(standard.GetProperty("kind"));
        AssertSame<QuantizationGranularity>(standard.GetProperty("granularity"));
        AssertSame<CalibrationMethod>(standard.GetProperty("calibration"));
        AssertSame<PruningMethod>(weight.GetProperty("method"));
        AssertSame<CentroidInitialization>(weight.GetProperty("initialization"));
    }

    [Fact]
    public void Read_RecipeOfTheReadme_IsOne()
    {
        string[] lines = File.ReadAllLines(Path.Combine(Repository.Root, "README.md"));
        int start = Array.IndexOf(lines, "```json");
        string text = string.Join('\n', lines[(start + 1)..Array.IndexOf(lines, "```", start)]);
        using var tool = new Tool();
        File.WriteAllText(tool["recipe.json"], text);
        Recipe recipe = Recipe.Read(tool["recipe.json"]);
        Assert.True(recipe.NamesWeights);
        AssertValid(JsonDocument.Parse(text).RootElement, _schema, "recipe");
    }

    [Theory]
    [InlineData("""{ "default": { "method": "pattern", "keep": 1, "of": 4, "bits": 4 } }""")]
    [InlineData("""{ "default": { "keep": 2, "of": 4 } }""")]
    [InlineData("""{ "default": { "method": "rows", "sparsity": 0.5 } }""")]
    [InlineData("""{ "default": { "method": "blocks", "sparsity": 0.5, "blockRows": 2, "blockColumns": 8 } }""")]
    [InlineData("""{ "default": { "method": "globalSparsity", "sparsity": 0.7 } }""")]
    [InlineData("""{ "default": { "threshold": 0.1 } }""")]
    [InlineData("""{ "default": { "quality": 0.8, "bits": 3, "initialization": "linear", "maxIterations": 0 } }""")]
    [InlineData("""{ "default": { "bits": 3, "groups": 2, "initialization": "random", "seed": 4 }, "byOperator": { "Gemm": { "sparsity": 0.5 } }, "minElements": 700 }""")]
    [InlineData("""{ "default": { "sparsity": 0.5, "bits": 5, "entropyPenalty": 0.0125 } }""")]
    [InlineData("""{ "saliency": "inputNorm", "default": { "sparsity": 0.5, "method": "rows" }, "samples": 8 }""")]
    [InlineData("""{ "form": "standard", "standard": { "kind": "staticInt8", "calibration": "entropy" }, "default": { "sparsity": 0.5 } }""")]
    [InlineData("""{ "form": "standard", "standard": { "kind": "staticInt8", "calibration": "percentile", "percentile": 0.999 }, "samples": 16 }""")]
    [InlineData("""{ "form": "standard", "standard": { "kind": "lowRank", "rankShare": 0.5 } }""")]
    [InlineData("""{ "form": "standard", "standard": { "kind": "int8", "granularity": "tensor" }, "verify": false }""")]
    public void Compress_Recipe_IsDoneAndSavedWhole(string text)
    {
        AssertValid(JsonDocument.Parse(text).RootElement, _schema, "recipe");
        using var tool = new Tool();
        File.WriteAllText(tool["recipe.json"], text);
        Assert.True(tool.Run("compress", "model.onnx", "-o", "small.onnx", "--recipe", "recipe.json", "--save-recipe", "saved.json") == 0, tool.Error);
        Assert.NotEqual(File.ReadAllBytes(tool["model.onnx"]), File.ReadAllBytes(tool["small.onnx"]));
        AssertValid(JsonDocument.Parse(File.ReadAllText(tool["saved.json"])).RootElement, _schema, "saved");
        Assert.True(tool.Run("compress", "model.onnx", "-o", "again.onnx", "--recipe", "saved.json") == 0, tool.Error);
        Assert.Equal(File.ReadAllBytes(tool["small.onnx"]), File.ReadAllBytes(tool["again.onnx"]));
        Assert.True(tool.Run("verify", "model.onnx", "small.onnx", "--max-error", "100%") == 0, tool.Error);
    }

    [Fact]
    public void Compress_InputNorms_PruneOtherElementsThanMagnitudes()
    {
        using var tool = new Tool();
        File.WriteAllBytes(tool["samples.npy"], Tool.Npy([.. Enumerable.Range(0, 64).Select(i => i % 32 < 16 ? 10f : 0.01f)]));
        Assert.Equal(0, tool.Run("compress", "model.onnx", "-o", "magnitude.onnx", "--sparsity", "0.5", "--inputs", "samples.npy"));
        double magnitude = tool.Json().GetProperty("comparison").GetProperty("relativeError").GetDouble();
        Assert.Equal(0, tool.Run("compress", "model.onnx", "-o", "norm.onnx", "--sparsity", "0.5", "--saliency", "inputNorm", "--inputs", "samples.npy"));
        Assert.InRange(tool.Json().GetProperty("comparison").GetProperty("relativeError").GetDouble(), 0, magnitude * 0.8);
    }

    private static void AssertSame(Type type, JsonElement schema) => Assert.Equal(
        RecipeJson.Default.GetTypeInfo(type)!.Properties.Where((JsonPropertyInfo property) => property.Set is not null).Select(property => property.Name).Order(),
        schema.GetProperty("properties").EnumerateObject().Select(property => property.Name).Order());

    private static void AssertSame<T>(JsonElement schema)
        where T : struct, Enum => Assert.Equal(
            Enum.GetNames<T>().Select(JsonNamingPolicy.CamelCase.ConvertName).Order(),
            schema.GetProperty("enum").EnumerateArray().Select(name => name.GetString()).Order());

    // As much of JSON Schema as the recipe's uses.
    private static void AssertValid(JsonElement value, JsonElement schema, string path)
    {
        if (schema.TryGetProperty("$ref", out JsonElement reference))
            schema = _schema.GetProperty("$defs").GetProperty(reference.GetString()!.Split('/')[^1]);
        if (schema.TryGetProperty("anyOf", out JsonElement any))
        {
            if (value.ValueKind != JsonValueKind.Null)
                AssertValid(value, any[0], path);
            return;
        }

        if (schema.TryGetProperty("enum", out JsonElement names))
            Assert.Contains(value.GetString(), names.EnumerateArray().Select(name => name.GetString()));
        if (schema.TryGetProperty("minimum", out JsonElement minimum))
            Assert.True(value.GetDouble() >= minimum.GetDouble(), path);
        if (schema.TryGetProperty("maximum", out JsonElement maximum))
            Assert.True(value.GetDouble() <= maximum.GetDouble(), path);
        if (!schema.TryGetProperty("type", out JsonElement type) || type.GetString() != "object")
            return;
        foreach (JsonProperty property in value.EnumerateObject())
        {
            JsonElement inner = schema.TryGetProperty("properties", out JsonElement known) && known.TryGetProperty(property.Name, out JsonElement found) ? found : schema.GetProperty("additionalProperties");
            Assert.True(inner.ValueKind != JsonValueKind.False, $"{path}.{property.Name} is not in the schema");
            AssertValid(property.Value, inner, $"{path}.{property.Name}");
        }
    }
}
