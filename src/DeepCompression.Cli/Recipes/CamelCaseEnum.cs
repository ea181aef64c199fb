using System.Text.Json;
using System.Text.Json.Serialization;

namespace DeepCompression.Cli.Recipes;

/// <summary>Writes the names of an enumeration in camel case; reads them in any case, and no numbers.</summary>
internal sealed class CamelCaseEnum<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    where T : struct, Enum;
