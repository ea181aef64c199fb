namespace DeepCompression.Coding;

/// <summary>
/// The logistic function and its inverse in integers (FORMAT.md, "Mixing"). The domain is in 1/256, from -2047 to 2047;
/// probabilities are of 65536.
/// </summary>
internal static class Logistic
{
    /// <summary>The largest argument.</summary>
    public const int Max = 2047;

    /// <summary>65536 / (1 + exp(-x)) at x = -8, -7.5 ... 8, rounded.</summary>
    private static readonly int[] Knots =
    [
        22, 36, 60, 98, 162, 267, 439, 720, 1179, 1921, 3108, 4971, 7812, 11955, 17625, 24743, 32768,
        40793, 47911, 53581, 57724, 60565, 62428, 63615, 64357, 64816, 65097, 65269, 65374, 65438, 65476, 65500, 65514,
    ];

    private static readonly ushort[] SquashTable = MakeSquash();
    private static readonly short[] StretchTable = MakeStretch();

    /// <summary>The probability of an argument from -2047 to 2047.</summary>
    public static int Squash(int argument) => SquashTable[argument + Max];

    /// <summary>The argument of a probability from 0 to 65535.</summary>
    public static int Stretch(int probability) => StretchTable[probability >> 4];

    private static ushort[] MakeSquash()
    {
        ushort[] table = new ushort[(2 * Max) + 1];
        for (int argument = -Max; argument <= Max; argument++)
        {
            int knot = (argument + 2048) >> 7;
            int past = (argument + 2048) & 127;
            table[argument + Max] = (ushort)(((Knots[knot] * (128 - past)) + (Knots[knot + 1] * past) + 64) >> 7);
        }

        return table;
    }

    /// <summary>For every 16 probabilities the least argument whose probability is at least their middle.</summary>
    private static short[] MakeStretch()
    {
        short[] table = new short[4096];
        int argument = -Max;
        for (int i = 0; i < table.Length; i++)
        {
            while (argument < Max && Squash(argument) < (16 * i) + 8)
                argument++;
            table[i] = (short)argument;
        }

        return table;
    }
}
