using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace DeepCompression.Kernels;

/// <summary>Turns runs of numbers that lie anywhere into lanes of vectors, and back: four numbers of every lane at once.</summary>
internal static unsafe class LaneTurn
{
    /// <summary>Numbers that are turned at once; lanes of the narrow form.</summary>
    public const int Quad = 4;

    /// <summary>Strips that a lane of <see cref="IntoStrips"/> reaches: its own, and those of as many lanes behind as are turned at once.</summary>
    public const int MostStrips = Quad + 1;

    private const int Wide = 16; // lanes of the wide form

    /// <summary>Writes number <c>c</c> of every lane to vector <c>c / phases + (c mod phases) phaseVectors</c>; denormals as zero.</summary>
    /// <param name="lanes">Where the numbers of every lane start.</param>
    /// <param name="count">Lanes of a vector.</param>
    /// <param name="offset">Added to every start.</param>
    /// <param name="length">Numbers a lane.</param>
    /// <param name="phases">How many vectors take turns.</param>
    /// <param name="phaseVectors">Vectors from one of them to the next.</param>
    /// <param name="to">The vectors.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Into(float** lanes, int count, nint offset, int length, int phases, int phaseVectors, float* to)
    {
        int first = 0;
        for (; count % Quad == 0 && length >= Quad && first < length; first += Quad)
        {
            int number = Math.Min(first, length - Quad); // the last four may overlap those before
            float* a = to + (Place(number) * count), b = to + (Place(number + 1) * count), c = to + (Place(number + 2) * count), d = to + (Place(number + 3) * count);
            if (count == Wide)
            {
                (Vector512<float> p, Vector512<float> q, Vector512<float> r, Vector512<float> s) = Turn(
                    Load(lanes, offset + number), Load(lanes + 1, offset + number), Load(lanes + 2, offset + number), Load(lanes + 3, offset + number));
                Denormals.Flush(p).Store(a);
                Denormals.Flush(q).Store(b);
                Denormals.Flush(r).Store(c);
                Denormals.Flush(s).Store(d);
                continue;
            }

            for (int lane = 0; lane < count; lane += Quad)
            {
                float** four = lanes + lane;
                nint at = offset + number;
                (Vector128<float> p, Vector128<float> q, Vector128<float> r, Vector128<float> s) = Turn(
                    Vector128.Load(four[0] + at), Vector128.Load(four[1] + at), Vector128.Load(four[2] + at), Vector128.Load(four[3] + at));
                Denormals.Flush(p).Store(a + lane);
                Denormals.Flush(q).Store(b + lane);
                Denormals.Flush(r).Store(c + lane);
                Denormals.Flush(s).Store(d + lane);
            }
        }

        for (; first < length; first++)
        {
            for (int lane = 0; lane < count; lane++)
                to[(Place(first) * count) + lane] = Denormals.Flush(lanes[lane][offset + first]);
        }

        nint Place(int number) => phases == 1 ? number : (number % phases * phaseVectors) + (number / phases);
    }

    /// <summary>Writes number <c>c</c> of every lane to vector <c>c</c> where the lanes of a quad start at neighbouring numbers; denormals as zero.</summary>
    /// <param name="lanes">Where the numbers of every lane start.</param>
    /// <param name="count">Lanes of a vector, whole quads.</param>
    /// <param name="offset">Added to every start.</param>
    /// <param name="length">Numbers a lane.</param>
    /// <param name="to">The vectors.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void IntoNeighbours(float** lanes, int count, nint offset, int length, float* to)
    {
        for (int lane = 0; lane < count; lane += Quad)
        {
            float* from = lanes[lane] + offset;
            for (int number = 0; number < length; number++)
                Denormals.Flush(Vector128.Load(from + number)).Store(to + ((nint)number * count) + lane);
        }
    }

    /// <summary>Whether <see cref="IntoStrips"/> takes strips of this size.</summary>
    /// <param name="count">Lanes of a vector.</param>
    /// <param name="strip">Numbers from a lane's start to the next's.</param>
    /// <param name="length">Numbers a lane.</param>
    public static bool AreStrips(int count, int strip, int length) => Avx512F.IsSupported && count == Wide && strip >= Quad && length <= MostStrips * strip;

    /// <summary>
    /// Writes number <c>c</c> of every lane to vector <c>c</c> where lanes are strips of one run, longer than from one to the next: what a lane has beyond
    /// its strip stands in the lane behind it already. Denormals as zero.
    /// </summary>
    /// <param name="from">The run, of which 20 strips may be read.</param>
    /// <param name="strip">Numbers from a lane's start to the next's.</param>
    /// <param name="length">Numbers a lane, for which <see cref="AreStrips"/>.</param>
    /// <param name="to">The vectors.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void IntoStrips(float* from, int strip, int length, float* to)
    {
        for (int first = 0; first < strip; first += Quad)
        {
            int number = Math.Min(first, strip - Quad); // the last four may overlap those before
            float* lane = from + number;
            (Vector512<float> p, Vector512<float> q, Vector512<float> r, Vector512<float> s) = Turn(
                Load(lane, strip), Load(lane + strip, strip), Load(lane + (2 * strip), strip), Load(lane + (3 * strip), strip));
            lane += Wide * strip;
            (Vector128<float> nextP, Vector128<float> nextQ, Vector128<float> nextR, Vector128<float> nextS) = Turn(
                Vector128.Load(lane), Vector128.Load(lane + strip), Vector128.Load(lane + (2 * strip)), Vector128.Load(lane + (3 * strip)));
            WriteStrips(p, nextP, number, strip, length, to);
            WriteStrips(q, nextQ, number + 1, strip, length, to);
            WriteStrips(r, nextR, number + 2, strip, length, to);
            WriteStrips(s, nextS, number + 3, strip, length, to);
        }
    }

    /// <summary>Writes vector <c>c</c> to number <c>c</c> of every lane.</summary>
    /// <param name="from">The vectors.</param>
    /// <param name="count">Lanes of a vector.</param>
    /// <param name="vectors">How many vectors.</param>
    /// <param name="lanes">Where the numbers of every lane start.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void OutOf(float* from, int count, int vectors, float** lanes)
    {
        int first = 0;
        for (; count % Quad == 0 && vectors >= Quad && first < vectors; first += Quad)
        {
            int number = Math.Min(first, vectors - Quad);
            float* a = from + (number * count), b = a + count, c = b + count, d = c + count;
            OutOf(a, b, c, d, count, lanes, number);
        }

        for (; first < vectors; first++)
        {
            for (int lane = 0; lane < count; lane++)
                lanes[lane][first] = from[(first * count) + lane];
        }
    }

    /// <summary>The same where the vectors of some phases take turns: writes vector <c>c / phases</c> of phase <c>c mod phases</c> to number <c>c</c> of every lane.</summary>
    /// <param name="from">The vectors of the first phase.</param>
    /// <param name="count">Lanes of a vector.</param>
    /// <param name="vectors">How many vectors a phase.</param>
    /// <param name="phases">How many phases.</param>
    /// <param name="phaseVectors">Vectors from a phase to the next.</param>
    /// <param name="lanes">Where the numbers of every lane start.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void OutOf(float* from, int count, int vectors, int phases, int phaseVectors, float** lanes)
    {
        int numbers = vectors * phases, first = 0, phase = 0;
        nint phaseLength = (nint)phaseVectors * count, back = count - (phases * phaseLength);
        float* next = from; // the vector of number 'first', which is of phase 'phase'
        for (; count % Quad == 0 && numbers >= Quad && first < numbers; first += Quad)
        {
            if (first > numbers - Quad) // the last four overlap those before
            {
                first = numbers - Quad;
                phase = first % phases;
                next = from + (phase * phaseLength) + (first / phases * (nint)count);
            }

            float* a = next, b = Next(a, ref phase), c = Next(b, ref phase), d = Next(c, ref phase);
            next = Next(d, ref phase);
            OutOf(a, b, c, d, count, lanes, first);
        }

        for (; first < numbers; first++, next = Next(next, ref phase))
        {
            for (int lane = 0; lane < count; lane++)
                lanes[lane][first] = next[lane];
        }

        float* Next(float* vector, ref int phase)
        {
            vector += phaseLength;
            if (++phase < phases)
                return vector;
            phase = 0;
            return vector + back;
        }
    }

    /// <summary>Writes four vectors to four numbers of every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void OutOf(float* a, float* b, float* c, float* d, int count, float** lanes, int number)
    {
        if (count == Wide)
        {
            (Vector512<float> p, Vector512<float> q, Vector512<float> r, Vector512<float> s) = Turn(Vector512.Load(a), Vector512.Load(b), Vector512.Load(c), Vector512.Load(d));
            Store(p, lanes, number);
            Store(q, lanes + 1, number);
            Store(r, lanes + 2, number);
            Store(s, lanes + 3, number);
            return;
        }

        for (int lane = 0; lane < count; lane += Quad)
        {
            (Vector128<float> p, Vector128<float> q, Vector128<float> r, Vector128<float> s) = Turn(
                Vector128.Load(a + lane), Vector128.Load(b + lane), Vector128.Load(c + lane), Vector128.Load(d + lane));
            p.Store(lanes[lane] + number);
            q.Store(lanes[lane + 1] + number);
            r.Store(lanes[lane + 2] + number);
            s.Store(lanes[lane + 3] + number);
        }
    }

    /// <summary>Writes a vector, and those a strip behind the other: its lanes moved by one, and by one more, the next lanes behind them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WriteStrips(Vector512<float> lanes, Vector128<float> nextLanes, int number, int strip, int length, float* to)
    {
        Vector512<int> front = Denormals.Flush(lanes).AsInt32(), back = Denormals.Flush(nextLanes).AsInt32().ToVector256Unsafe().ToVector512Unsafe();
        to += number * Wide;
        front.Store((int*)to);
        int left = length - number - strip, step = strip * Wide;
        if (left > 0)
            Avx512F.AlignRight32(back, front, 1).Store((int*)(to + step));
        if (left > strip)
            Avx512F.AlignRight32(back, front, 2).Store((int*)(to + (2 * step)));
        if (left > 2 * strip)
            Avx512F.AlignRight32(back, front, 3).Store((int*)(to + (3 * step)));
        if (left > 3 * strip)
            Avx512F.AlignRight32(back, front, 4).Store((int*)(to + (4 * step)));
    }

    /// <summary>Four numbers of lanes 0, 4, 8 and 12, which are strips.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Load(float* from, int strip) => Vector512.Create(
        Vector256.Create(Vector128.Load(from), Vector128.Load(from + (4 * strip))),
        Vector256.Create(Vector128.Load(from + (8 * strip)), Vector128.Load(from + (12 * strip))));

    /// <summary>Four numbers of lanes 0, 4, 8 and 12.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Load(float** lanes, nint offset) => Vector512.Create(
        Vector256.Create(Vector128.Load(lanes[0] + offset), Vector128.Load(lanes[4] + offset)),
        Vector256.Create(Vector128.Load(lanes[8] + offset), Vector128.Load(lanes[12] + offset)));

    /// <summary>Four numbers each to lanes 0, 4, 8 and 12.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector512<float> values, float** lanes, int number)
    {
        Vector256<float> low = values.GetLower(), high = values.GetUpper();
        low.GetLower().Store(lanes[0] + number);
        low.GetUpper().Store(lanes[4] + number);
        high.GetLower().Store(lanes[8] + number);
        high.GetUpper().Store(lanes[12] + number);
    }

    /// <summary>Four by four, in every quarter of the registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static (Vector512<float> P, Vector512<float> Q, Vector512<float> R, Vector512<float> S) Turn(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d)
    {
        Vector512<double> ab0 = Avx512F.UnpackLow(a, b).AsDouble(), ab1 = Avx512F.UnpackHigh(a, b).AsDouble();
        Vector512<double> cd0 = Avx512F.UnpackLow(c, d).AsDouble(), cd1 = Avx512F.UnpackHigh(c, d).AsDouble();
        return (Avx512F.UnpackLow(ab0, cd0).AsSingle(), Avx512F.UnpackHigh(ab0, cd0).AsSingle(), Avx512F.UnpackLow(ab1, cd1).AsSingle(), Avx512F.UnpackHigh(ab1, cd1).AsSingle());
    }

    /// <summary>Four by four.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static (Vector128<float> P, Vector128<float> Q, Vector128<float> R, Vector128<float> S) Turn(Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d)
    {
        Vector128<double> ab0 = Low(a, b).AsDouble(), ab1 = High(a, b).AsDouble(), cd0 = Low(c, d).AsDouble(), cd1 = High(c, d).AsDouble();
        return (Low(ab0, cd0).AsSingle(), High(ab0, cd0).AsSingle(), Low(ab1, cd1).AsSingle(), High(ab1, cd1).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<float> Low(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackLow(a, b) : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a, b) : Vector128.Create(a[0], b[0], a[1], b[1]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<float> High(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackHigh(a, b) : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a, b) : Vector128.Create(a[2], b[2], a[3], b[3]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> Low(Vector128<double> a, Vector128<double> b) =>
        Sse2.IsSupported ? Sse2.UnpackLow(a, b) : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a, b) : Vector128.Create(a[0], b[0]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> High(Vector128<double> a, Vector128<double> b) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(a, b) : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a, b) : Vector128.Create(a[1], b[1]);
}
