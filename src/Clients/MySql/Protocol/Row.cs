namespace Drydock.Clients.MySql.Protocol;

/// <summary>
/// One row, each value as the text protocol writes it (raw bytes for blobs and bits), copied out of native memory.
/// </summary>
internal sealed class Row(byte[] data, int[] ends, bool[] nulls)
{
    internal int Bytes => data.Length;

    internal bool IsNull(int column) => nulls[column];

    internal ReadOnlySpan<byte> this[int column]
    {
        get
        {
            var start = column == 0 ? 0 : ends[column - 1];
            return data.AsSpan(start, ends[column] - start);
        }
    }
}
