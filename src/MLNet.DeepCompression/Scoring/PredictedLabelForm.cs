using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.DeepCompression.Scoring;

/// <summary>
/// Makes the predicted label of ML.NET's own transformers. None of them turns a vector of scores into a key, so a naive
/// Bayes classifier is given one row for each class, which it can only tell apart the right way.
/// </summary>
internal static class PredictedLabelForm
{
    /// <summary>The column with 1 for the best class and 0 for the others.</summary>
    public const string BestClass = "__BestClass";

    private const string Label = "__ClassLabel";
    private const string KeptScore = "__KeptScore";
    private const string Score = "Score"; // the trainer's own output columns
    private const string Predicted = "PredictedLabel";

    public static IEstimator<ITransformer> Append(MLContext ml, IEstimator<ITransformer> scorer, PredictedLabel label, int classes, string[] outputs)
    {
        (IDataView rows, IEstimator<ITransformer>? toKey) = Rows(ml, label, classes);
        IDataView keyed = toKey is null ? rows : toKey.Fit(rows).Transform(rows);
        ITransformer classifier = ml.MulticlassClassification.Trainers.NaiveBayes(Label, BestClass).Fit(keyed);

        EstimatorChain<ITransformer> chain = new EstimatorChain<ITransformer>().Append(scorer);
        bool keepsScore = outputs.Contains(Score);
        if (keepsScore)
            chain = chain.Append<ITransformer>(ml.Transforms.CopyColumns(KeptScore, Score));
        chain = chain.Append<ITransformer>(new Fitted(ml, classifier, label));
        if (label.Column != Predicted)
            chain = chain.Append<ITransformer>(ml.Transforms.CopyColumns(label.Column, Predicted));
        if (keepsScore)
            chain = chain.Append<ITransformer>(ml.Transforms.CopyColumns(Score, KeptScore));
        string[] dropped = [BestClass, .. keepsScore ? [KeptScore] : new[] { Score }, .. label.Column == Predicted ? [] : new[] { Predicted }];
        return chain.Append<ITransformer>(ml.Transforms.DropColumns(dropped));
    }

    private static (IDataView Rows, IEstimator<ITransformer>? ToKey) Rows(MLContext ml, PredictedLabel label, int classes)
    {
        float[][] best = [.. Enumerable.Range(0, label.Classes).Select(c => Enumerable.Range(0, classes).Select(i => i == c ? 1f : 0f).ToArray())];
        if (label.KeyValueType is null)
            return (Load(ml, best.Select((row, c) => new Row<uint> { Best = row, Class = (uint)(c + 1) }), classes, new KeyDataViewType(typeof(uint), label.Classes)), null);
        IEstimator<ITransformer> toKey = ml.Transforms.Conversion.MapValueToKey(Label);
        if (label.KeyValueType is TextDataViewType)
            return (Load(ml, best.Select((row, c) => new Row<string> { Best = row, Class = (string)label.KeyValues[c] }), classes, TextDataViewType.Instance), toKey);
        return ((IDataView)typeof(PredictedLabelForm).GetMethod(nameof(LoadValues), System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!
            .MakeGenericMethod(label.KeyValueType.RawType).Invoke(null, [ml, best, label, classes])!, toKey);
    }

    private static IDataView LoadValues<T>(MLContext ml, float[][] best, PredictedLabel label, int classes) =>
        Load(ml, best.Select((row, c) => new Row<T> { Best = row, Class = (T)label.KeyValues[c] }), classes, label.KeyValueType!);

    private static IDataView Load<T>(MLContext ml, IEnumerable<Row<T>> rows, int classes, DataViewType labelType)
    {
        SchemaDefinition definition = SchemaDefinition.Create(typeof(Row<T>));
        (SchemaDefinition.Column best, SchemaDefinition.Column label) = (definition[nameof(Row<T>.Best)], definition[nameof(Row<T>.Class)]);
        (best.ColumnName, best.ColumnType) = (BestClass, new VectorDataViewType(NumberDataViewType.Single, 1, classes));
        (label.ColumnName, label.ColumnType) = (Label, labelType);
        return ml.Data.LoadFromEnumerable([.. rows], definition);
    }

    private sealed class Row<T>
    {
        public float[] Best { get; set; } = [];

        public T Class { get; set; } = default!;
    }

    /// <summary>Puts a transformer that is fitted already into a chain of estimators.</summary>
    private sealed class Fitted(MLContext ml, ITransformer transformer, PredictedLabel label) : IEstimator<ITransformer>
    {
        public ITransformer Fit(IDataView input) => transformer;

        public SchemaShape GetOutputSchema(SchemaShape inputSchema) =>
            OutputShapes.Add(ml, inputSchema, [(Predicted, label.Type), (Score, new VectorDataViewType(NumberDataViewType.Single, label.Classes))]);
    }
}
