namespace Drydock.Lab;

/// <summary>A packet of the MySQL protocol: a payload of up to 16 MiB behind a header of four bytes.</summary>
/// <param name="Sequence">Position within a command; 0 is the first packet.</param>
internal sealed record SqlPacket(byte Sequence, byte[] Payload)
{
    private const int MaxPayload = 0xFFFFFF;

    /// <summary>Whether the next packet continues the payload.</summary>
    public bool Continues => Payload.Length == MaxPayload;

    public byte First => Payload.Length > 0 ? Payload[0] : (byte)0;

    /// <summary>Reads a packet; null at an orderly end.</summary>
    public static async Task<SqlPacket?> ReadAsync(WireReader reader, CancellationToken cancellationToken)
    {
        if (!await reader.PeekAsync(cancellationToken))
        {
            return null;
        }

        var header = await reader.ReadExactlyAsync(4, cancellationToken);
        var length = header[0] | header[1] << 8 | header[2] << 16;
        return new SqlPacket(header[3], await reader.ReadExactlyAsync(length, cancellationToken));
    }

    /// <summary>An ERR packet.</summary>
    public static SqlPacket Error(byte sequence, int code, string message) =>
        new(sequence, [0xFF, (byte)code, (byte)(code >> 8), .. Encoding.UTF8.GetBytes("#HY000" + message)]);

    public byte[] ToBytes() =>
        [(byte)Payload.Length, (byte)(Payload.Length >> 8), (byte)(Payload.Length >> 16), Sequence, .. Payload];
}
