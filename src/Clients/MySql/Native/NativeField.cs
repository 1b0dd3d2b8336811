using System.Runtime.InteropServices;

namespace Drydock.Clients.MySql.Native;

/// <summary><c>MYSQL_FIELD</c> of Connector/C 3.x on 64-bit Linux: 128 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
internal unsafe struct NativeField
{
    internal const uint FlagUnsigned = 32;
    internal const uint FlagZeroFill = 64;
    internal const uint FlagEnum = 256;
    internal const uint FlagSet = 2048;
    internal const uint CharsetBinary = 63;

    [FieldOffset(0)]
    internal byte* Name;

    [FieldOffset(56)]
    internal nuint Length;

    [FieldOffset(72)]
    internal uint NameLength;

    [FieldOffset(100)]
    internal uint Flags;

    [FieldOffset(104)]
    internal uint Decimals;

    [FieldOffset(108)]
    internal uint Charset;

    [FieldOffset(112)]
    internal NativeType Type;
}

/// <summary><c>enum_field_types</c> of the protocol.</summary>
internal enum NativeType
{
    Decimal = 0,
    Tiny = 1,
    Short = 2,
    Long = 3,
    Float = 4,
    Double = 5,
    Null = 6,
    Timestamp = 7,
    LongLong = 8,
    Int24 = 9,
    Date = 10,
    Time = 11,
    DateTime = 12,
    Year = 13,
    NewDate = 14,
    VarChar = 15,
    Bit = 16,
    Json = 245,
    NewDecimal = 246,
    Enum = 247,
    Set = 248,
    TinyBlob = 249,
    MediumBlob = 250,
    LongBlob = 251,
    Blob = 252,
    VarString = 253,
    String = 254,
    Geometry = 255,
}
