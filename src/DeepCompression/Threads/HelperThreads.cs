namespace DeepCompression;

/// <summary>Threads that wait for work to share, at most one for every processor but the caller's. They are made when they are first asked for.</summary>
internal static class HelperThreads
{
    private static readonly List<SharedWork> _asked = []; // under its lock, as all that follows
    private static int _waiting;
    private static int _threads;

    /// <summary>Asks for help; returns at once.</summary>
    /// <param name="work">The work.</param>
    /// <param name="helpers">How many may help.</param>
    public static void Ask(SharedWork work, int helpers)
    {
        int made = 0;
        lock (_asked)
        {
            helpers = Math.Min(helpers, Environment.ProcessorCount - 1);
            for (int i = 0; i < helpers; i++)
                _asked.Add(work);
            for (; _waiting + made < _asked.Count && _threads < Environment.ProcessorCount - 1; _threads++)
                made++;
            for (int i = 0; i < Math.Min(helpers, _waiting); i++)
                Monitor.Pulse(_asked);
        }

        for (; made > 0; made--)
            Start();
    }

    // Without a thread there is no help, and whoever asked does the work alone.
    private static void Start()
    {
        try
        {
            new Thread(Help, maxStackSize: 1 << 20) { IsBackground = true, Name = "DeepCompression" }.UnsafeStart();
        }
        catch (OutOfMemoryException)
        {
            lock (_asked)
                _threads--;
        }
    }

    /// <summary>Takes back what nobody has begun to help with.</summary>
    public static void Withdraw(SharedWork work)
    {
        lock (_asked)
            _asked.RemoveAll(asked => asked == work);
    }

    private static void Help()
    {
        while (true)
            Next().Help();
    }

    private static SharedWork Next()
    {
        lock (_asked)
        {
            while (_asked.Count == 0)
            {
                _waiting++;
                Monitor.Wait(_asked); // without spinning
                _waiting--;
            }

            SharedWork next = _asked[^1];
            _asked.RemoveAt(_asked.Count - 1);
            return next;
        }
    }
}
