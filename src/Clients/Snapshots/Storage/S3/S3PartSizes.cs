namespace Drydock.Clients.Snapshots;

/// <summary>How large the parts of an upload are whose length is not known beforehand: S3 takes 10,000 of them.</summary>
/// <remarks>4,000 parts of the basic size, then 3,000 four times and 3,000 sixteen times as large: with 8 MiB, 31 GiB in equal parts and about 500 GiB in all.</remarks>
internal static class S3PartSizes
{
    /// <summary>S3's limit.</summary>
    internal const int MaxParts = 10_000;

    private const int FirstStep = 4_000;
    private const int SecondStep = 7_000;

    /// <summary>Bytes of a part.</summary>
    /// <param name="number">Its number, from 1.</param>
    /// <param name="basic">The basic size.</param>
    internal static int Of(int number, int basic) => number <= FirstStep ? basic : number <= SecondStep ? basic * 4 : basic * 16;

    /// <summary>Size of the parts in which an object of known length is copied.</summary>
    internal static long OfCopy(long length)
    {
        const long Usual = 128L << 20;
        return Math.Max(Usual, (length + MaxParts - 1) / MaxParts);
    }
}
