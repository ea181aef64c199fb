using System.Collections.Concurrent;
using System.Globalization;

namespace DeepCompression.ExecutionProvider.Provider;

/// <summary>Objects that session options, which hold nothing but texts, refer to. One is forgotten when nobody else holds it.</summary>
internal static class Published<T>
    where T : class
{
    private const int Between = 64; // objects that are added before those that are gone are looked for

    private static readonly ConcurrentDictionary<string, WeakReference<T>> _objects = new();
    private static long _count = Random.Shared.NextInt64(long.MaxValue / 2); // a text that was saved means nothing to another process
    private static int _added;

    /// <summary>Makes an object reachable.</summary>
    /// <returns>The text that stands for it.</returns>
    public static string Add(T target)
    {
        if (Interlocked.Increment(ref _added) % Between == 0)
            Forget();
        string key = Interlocked.Increment(ref _count).ToString(CultureInfo.InvariantCulture);
        _objects[key] = new WeakReference<T>(target);
        return key;
    }

    private static void Forget()
    {
        foreach ((string known, WeakReference<T> reference) in _objects)
        {
            if (!reference.TryGetTarget(out _))
                _objects.TryRemove(known, out _);
        }
    }

    /// <summary>What a text stands for; null where it is no such text, or the object is gone.</summary>
    public static T? Find(string key) => _objects.TryGetValue(key, out WeakReference<T>? reference) && reference.TryGetTarget(out T? target) ? target : null;
}
