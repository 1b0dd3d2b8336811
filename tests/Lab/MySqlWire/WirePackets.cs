using System.Buffers.Binary;

namespace Drydock.Lab;

/// <summary>Payloads of packets of a MySQL server.</summary>
public static class WirePackets
{
    /// <summary>CLIENT_SSL.</summary>
    public const uint Tls = 0x800;

    // PROTOCOL_41, TRANSACTIONS, SECURE_CONNECTION, MULTI_RESULTS, PS_MULTI_RESULTS, PLUGIN_AUTH, CONNECT_ATTRS,
    // CONNECT_WITH_DB, LONG_PASSWORD, MULTI_STATEMENTS.
    private const uint Capabilities =
        0x200 | 0x2000 | 0x8000 | 0x20000 | 0x40000 | 0x80000 | 0x100000 | 8 | 1 | 0x10000;

    private static readonly byte[] Challenge = "abcdefghijklmnopqrst"u8.ToArray();

    public static byte[] Ok { get; } = [0, 0, 0, 2, 0, 0, 0];

    public static byte[] Eof { get; } = [0xFE, 0, 0, 2, 0];

    /// <summary>The first packet of a server.</summary>
    public static byte[] Greeting(string plugin = "mysql_native_password", uint more = 0, string version = "8.0.36")
    {
        ArgumentNullException.ThrowIfNull(plugin);
        var flags = Capabilities | more;
        return
        [
            10, .. Encoding.ASCII.GetBytes(version), 0, 7, 0, 0, 0, .. Challenge[..8], 0, (byte)flags,
            (byte)(flags >> 8), 45, 2, 0,
            (byte)(flags >> 16), (byte)(flags >> 24), 21, .. new byte[10], .. Challenge[8..], 0,
            .. Encoding.ASCII.GetBytes(plugin), 0,
        ];
    }

    /// <summary>A request to use another plugin.</summary>
    public static byte[] Switch(string plugin, int challenge = 20) =>
        [
            0xFE, .. Encoding.ASCII.GetBytes(plugin), 0,
            .. Enumerable.Range(0, challenge).Select(static i => (byte)('a' + (i % 20))),
            .. challenge == 20 ? new byte[1] : []
        ];

    public static byte[] Error(int number, string text) =>
        [0xFF, (byte)number, (byte)(number >> 8), .. "#HY000"u8, .. Encoding.UTF8.GetBytes(text)];

    /// <summary>A column's definition.</summary>
    public static byte[] Column(
        string name, byte type = 253, ushort flags = 0, uint length = 1024, ushort charset = 45) =>
    [
        .. Text("def"), 0, 0, 0, .. Text(name), 0, 12, (byte)charset, (byte)(charset >> 8), .. Little(length), type,
        (byte)flags, (byte)(flags >> 8), 0, 0, 0,
    ];

    public static byte[] Row(params IEnumerable<string?> values) =>
        [.. values.SelectMany(static v => v is null ? [0xFB] : Text(v))];

    /// <summary>A complete result of the text protocol.</summary>
    public static IEnumerable<byte[]> Result(string[] columns, params string?[][] rows) =>
        [[(byte)columns.Length], .. columns.Select(c => Column(c)), Eof, .. rows.Select(static r => Row(r)), Eof];

    /// <summary>A text, preceded by its length.</summary>
    public static byte[] Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return bytes.Length < 251
            ? [(byte)bytes.Length, .. bytes]
            : [0xFD, (byte)bytes.Length, (byte)(bytes.Length >> 8), (byte)(bytes.Length >> 16), .. bytes];
    }

    private static byte[] Little(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }
}
