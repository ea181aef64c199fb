using System.Text.Json;
using System.Text.Json.Serialization;
using DeepCompression.Onnx;

namespace DeepCompression.Cli.Recipes;

/// <summary>Everything that the flags of <c>compress</c> can say, and more: a file that is kept beside the model. docs/recipe.schema.json describes it.</summary>
internal sealed record Recipe
{
    [JsonPropertyName("$schema")]
    public string? Schema { get; init; }

    public ModelForm? Form { get; init; }

    public bool? Lossless { get; init; }

    public Preset? Preset { get; init; }

    public double? MaxError { get; init; }

    public EntropyCoder? Coder { get; init; }

    public int? MinElements { get; init; }

    public bool? FreezeOverridable { get; init; }

    public SaliencyKind? Saliency { get; init; }

    public bool? Verify { get; init; }

    public WeightRecipe? Default { get; init; }

    public IReadOnlyDictionary<string, WeightRecipe?>? ByOperator { get; init; }

    public IReadOnlyDictionary<string, WeightRecipe?>? ByWeight { get; init; }

    public StandardRecipe? Standard { get; init; }

    public IReadOnlyList<string>? Inputs { get; init; }

    public IReadOnlyDictionary<string, long[]>? Shapes { get; init; }

    public int? Seed { get; init; }

    public int? Samples { get; init; }

    /// <summary>Whether it says what happens to weights; else that is found by measuring.</summary>
    [JsonIgnore]
    public bool NamesWeights => Default is not null || ByOperator is not null || ByWeight is not null || Standard?.Kind is not null;

    /// <summary>Reads a recipe. Paths in it are relative to its folder.</summary>
    /// <exception cref="InvalidDataException">The file is no recipe; the message names the place.</exception>
    public static Recipe Read(string path)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"{path}: there is no such file.", path);
        try
        {
            Recipe recipe = JsonSerializer.Deserialize(File.ReadAllText(path), RecipeJson.Readable.Recipe)
                ?? throw new InvalidDataException($"{path}: not a recipe: it is null.");
            string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
            return recipe with { Inputs = recipe.Inputs?.Select(input => Path.Combine(folder, input)).ToArray() };
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path}: not a recipe: {e.Message}", e);
        }
    }

    /// <summary>The text of the file.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, RecipeJson.Readable.Recipe);

    /// <summary>The options of the library. Weights that the recipe does not speak of keep their values.</summary>
    public CompressionOptions ToOptions()
    {
        var defaults = new CompressionOptions();
        return new CompressionOptions
        {
            Form = Form ?? defaults.Form,
            Lossless = Lossless ?? defaults.Lossless,
            MinElements = MinElements ?? defaults.MinElements,
            FreezeOverridable = FreezeOverridable ?? defaults.FreezeOverridable,
            Default = (Default ?? new WeightRecipe()).ToOptions(Coder),
            ByOperator = ByOperator?.ToDictionary(p => p.Key, p => p.Value?.ToOptions(Coder)) ?? [],
            ByWeight = ByWeight?.ToDictionary(p => p.Key, p => p.Value?.ToOptions(Coder)) ?? [],
            Standard = (Standard ?? new StandardRecipe()).ToOptions(),
        };
    }

    /// <summary>What was done, to be kept in a file: the options of the library, and what of this recipe is no option of it.</summary>
    public Recipe With(CompressionOptions options) => this with
    {
        Form = options.Form,
        Lossless = options.Lossless ? true : null,
        MinElements = options.MinElements == new CompressionOptions().MinElements ? null : options.MinElements,
        FreezeOverridable = options.FreezeOverridable ? true : null,
        Default = WeightRecipe.From(options.Default),
        ByOperator = options.ByOperator.Count == 0 ? null : options.ByOperator.ToDictionary(p => p.Key, p => WeightRecipe.From(p.Value)),
        ByWeight = options.ByWeight.Count == 0 ? null : options.ByWeight.ToDictionary(p => p.Key, p => WeightRecipe.From(p.Value)),
        Standard = options.Form != ModelForm.Standard ? null : (Standard ?? new StandardRecipe()) with
        {
            Kind = options.Standard.Kind, Granularity = options.Standard.Granularity, BlockSize = options.Standard.BlockSize, RankShare = options.Standard.RankShare,
        },
    };
}
