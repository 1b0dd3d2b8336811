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
