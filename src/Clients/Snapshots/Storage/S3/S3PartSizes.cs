namespace Drydock.Clients.Snapshots;

/// <summary>
/// How large the parts of an upload are whose length is not known beforehand: S3 takes 10,000 of them.
/// </summary>
/// <remarks>
/// They grow late and not far, because every upload holds one or two of them in memory: with the basic 8 MiB, 2 GiB in
/// such parts, then 4 GiB in parts of 16 MiB, and from there on parts of 32 MiB up to 302 GiB.
/// </remarks>
internal static class S3PartSizes
{
    /// <summary>S3's limit.</summary>
    internal const int MaxParts = 10_000;

    private const int FirstStep = 256;
    private const int SecondStep = 512;

    /// <summary>Bytes of a part.</summary>
    /// <param name="number">Its number, from 1.</param>
    /// <param name="basic">The basic size.</param>
    internal static int Of(int number, int basic) =>
        number <= FirstStep ? basic : number <= SecondStep ? basic * 2 : basic * 4;

    /// <summary>Size of the parts in which an object of known length is copied.</summary>
    internal static long OfCopy(long length)
    {
        const long Usual = 128L << 20;
        return Math.Max(Usual, (length + MaxParts - 1) / MaxParts);
    }
}
