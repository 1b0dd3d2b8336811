using System.Text;

namespace Drydock.Clients.Docker;

/// <summary>Output of which only so much was kept.</summary>
public sealed record BoundedOutput
{
    /// <summary>The first bytes.</summary>
    public ReadOnlyMemory<byte> Head { get; init; }

    /// <summary>The last bytes, empty if everything is in <see cref="Head"/>.</summary>
    public ReadOnlyMemory<byte> Tail { get; init; }

    /// <summary>Bytes lost between the two.</summary>
    public long OmittedBytes { get; init; }

    /// <summary>Nothing.</summary>
    public static BoundedOutput Empty { get; } = new();

    /// <summary>Bytes the command wrote, kept or not.</summary>
    public long TotalBytes => Head.Length + OmittedBytes + Tail.Length;

    /// <summary>Whole output of an in-memory engine or a test.</summary>
    public static BoundedOutput FromText(string text) => new() { Head = Encoding.UTF8.GetBytes(text) };

    /// <summary>
    /// The kept text as UTF-8, with a line saying how much is missing between head and tail, if anything is.
    /// </summary>
    public string Text => OmittedBytes == 0
        ? Encoding.UTF8.GetString([.. Head.Span, .. Tail.Span])
        : string.Concat(Encoding.UTF8.GetString(Head.Span), $"\n[{OmittedBytes} bytes left out]\n", Encoding.UTF8.GetString(Tail.Span));

    /// <summary>Sizes only: output may hold secrets.</summary>
    public override string ToString() => $"{TotalBytes} bytes";
}
