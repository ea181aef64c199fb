using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.DeepCompression.Scoring;

/// <summary>Adds columns to the shape of a schema. Only ML.NET itself can make such a column, so a built-in estimator is asked for it.</summary>
internal static class OutputShapes
{
    /// <summary>The shape with columns added; a column of the same name is replaced.</summary>
    public static SchemaShape Add(MLContext ml, SchemaShape input, IEnumerable<(string Name, DataViewType Type)> columns)
    {
        Dictionary<string, SchemaShape.Column> all = input.ToDictionary(column => column.Name);
        foreach ((string name, DataViewType type) in columns)
            all[name] = Column(ml, name, type);
        return new SchemaShape(all.Values);
    }

    /// <summary>The shape with a key column added whose key values are those of a label column, or numbers where it is no key.</summary>
    public static SchemaShape AddKey(MLContext ml, SchemaShape input, string name, SchemaShape.Column label)
    {
        // Mapping values to keys is what makes a key column with key values of some type.
        return label.IsKey
            ? ml.Transforms.CopyColumns(name, label.Name).GetOutputSchema(input)
            : ml.Transforms.Conversion.MapValueToKey(name).GetOutputSchema(Add(ml, input, [(name, NumberDataViewType.Single)]));
    }

    private static SchemaShape.Column Column(MLContext ml, string name, DataViewType type) =>
        (SchemaShape.Column)typeof(OutputShapes).GetMethod(nameof(ColumnOf), System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!
            .MakeGenericMethod(type.RawType).Invoke(null, [ml, name, type])!;

    private static SchemaShape.Column ColumnOf<T>(MLContext ml, string name, DataViewType type)
    {
        SchemaDefinition definition = SchemaDefinition.Create(typeof(Holder<T>));
        definition[0].ColumnName = name;
        definition[0].ColumnType = type;
        return ml.Transforms
            .CustomMapping<None, Holder<T>>((_, _) => { }, contractName: null, outputSchemaDefinition: definition)
            .GetOutputSchema(new SchemaShape([]))
            .Single(column => column.Name == name);
    }

    private sealed class None;

    private sealed class Holder<T>
    {
        public T Value = default!;
    }
}
