namespace Drydock.Clients.MySql.Transport;

/// <summary>Whole packets of a login, which are small.</summary>
internal static class WirePacket
{
    private const int Header = 4;

    /// <summary>Reads the payload of the next packet and its number.</summary>
    /// <exception cref="LinkRefusedException">It is empty or larger than allowed.</exception>
    /// <exception cref="EndOfStreamException">The other side has closed the connection.</exception>
    internal static async Task<(byte[] Payload, byte Number)> ReadAsync(
        Stream stream, int largest, string what, CancellationToken cancellationToken)
    {
        var header = new byte[Header];
        await stream.ReadExactlyAsync(header, cancellationToken).ConfigureAwait(false);
        var length = BinaryPrimitives.ReadInt32LittleEndian(header) & 0xFFFFFF;
        if (length == 0 || length > largest)
        {
            throw new LinkRefusedException(
                FormattableString.Invariant(
                    $"{what} has {length} bytes, expected 1 to {largest}. Is this a MySQL server?"),
                MySqlException.Malformed);
        }

        var payload = new byte[length];
        await stream.ReadExactlyAsync(payload, cancellationToken).ConfigureAwait(false);
        return (payload, header[Header - 1]);
    }

    internal static async Task WriteAsync(
        Stream stream, ReadOnlyMemory<byte> payload, byte number, CancellationToken cancellationToken)
    {
        var packet = new byte[Header + payload.Length];
        BinaryPrimitives.WriteInt32LittleEndian(packet, payload.Length);
        packet[Header - 1] = number;
        payload.CopyTo(packet.AsMemory(Header));
        await stream.WriteAsync(packet, cancellationToken).ConfigureAwait(false);
    }
}
