using System.Globalization;
using System.Text;

namespace DeepCompression.Benchmarks.Lenet;

/// <summary>A picture of red, green and blue bytes.</summary>
/// <param name="Name">The name of its file.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
/// <param name="Pixels">Three bytes a pixel, row by row.</param>
internal sealed record Photograph(string Name, int Height, int Width, ReadOnlyMemory<byte> Pixels)
{
    /// <summary>Reads a binary portable pixmap: the letters P6, columns, rows and 255 as text, a space, and the pixels.</summary>
    public static Photograph FromPixmap(string name, byte[] content)
    {
        int[] header = new int[3];
        int at = 2;
        for (int i = 0; i < header.Length; i++)
        {
            while (char.IsWhiteSpace((char)content[at]))
                at++;
            int start = at;
            while (!char.IsWhiteSpace((char)content[at]))
                at++;
            header[i] = int.Parse(Encoding.ASCII.GetString(content, start, at - start), CultureInfo.InvariantCulture);
        }

        at++;
        if (content[0] != 'P' || content[1] != '6' || header[2] != 255 || content.Length - at != 3L * header[0] * header[1])
            throw new InvalidDataException($"{name}: no pixmap of bytes.");
        return new Photograph(name, header[1], header[0], content.AsMemory(at));
    }
}
