using System.Buffers;
using System.Buffers.Binary;

namespace Drydock.Operator.Telemetry;

/// <summary>Writes messages in the wire format of Protocol Buffers, field by field. The numbers of the fields are those
/// of the OTLP definitions (opentelemetry-proto, version 1).</summary>
internal sealed class ProtobufWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    private enum WireType
    {
        Varint = 0,
        Fixed64 = 1,
        Bytes = 2,
    }

    public ReadOnlyMemory<byte> Written => _bytes.WrittenMemory;

    public void Number(int field, ulong value)
    {
        Tag(field, WireType.Varint);
        Varint(value);
    }

    public void Fixed(int field, ulong value)
    {
        Tag(field, WireType.Fixed64);
        Raw(value);
    }

    public void Double(int field, double value) => Fixed(field, BitConverter.DoubleToUInt64Bits(value));

    /// <summary>Writes a moment as <c>fixed64</c> nanoseconds since 1970.</summary>
    public void Time(int field, DateTimeOffset moment) =>
        Fixed(field, (ulong)Math.Max(0, (moment - DateTimeOffset.UnixEpoch).Ticks) * 100);

    public void Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        Tag(field, WireType.Bytes);
        Varint((ulong)value.Length);
        _bytes.Write(value);
    }

    public void Message(int field, Action<ProtobufWriter> write)
    {
        var inner = new ProtobufWriter();
        write(inner);
        Bytes(field, inner._bytes.WrittenSpan);
    }

    /// <summary>Writes packed <c>fixed64</c> values or doubles.</summary>
    public void Packed(int field, IReadOnlyCollection<ulong> values)
    {
        Tag(field, WireType.Bytes);
        Varint((ulong)values.Count * sizeof(ulong));
        foreach (var value in values)
        {
            Raw(value);
        }
    }

    private void Tag(int field, WireType type) => Varint(((ulong)field << 3) | (ulong)type);

    private void Varint(ulong value)
    {
        while (value >= 0x80)
        {
            Byte((byte)(value | 0x80));
            value >>= 7;
        }

        Byte((byte)value);
    }

    private void Byte(byte value)
    {
        _bytes.GetSpan(1)[0] = value;
        _bytes.Advance(1);
    }

    private void Raw(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_bytes.GetSpan(sizeof(ulong)), value);
        _bytes.Advance(sizeof(ulong));
    }
}
