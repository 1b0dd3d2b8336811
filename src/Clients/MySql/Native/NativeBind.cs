using System.Runtime.InteropServices;

namespace Drydock.Clients.MySql.Native;

/// <summary><c>MYSQL_BIND</c> of Connector/C 3.x on 64-bit Linux: 112 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 112)]
internal unsafe struct NativeBind
{
    [FieldOffset(0)]
    internal nuint* Length;

    [FieldOffset(8)]
    internal byte* IsNull;

    [FieldOffset(16)]
    internal void* Buffer;

    [FieldOffset(24)]
    internal byte* Error;

    [FieldOffset(64)]
    internal nuint BufferLength;

    [FieldOffset(96)]
    internal NativeType BufferType;

    [FieldOffset(101)]
    internal byte IsUnsigned;
}

/// <summary><c>MYSQL_TIME</c>: 40 bytes; <see cref="SecondPart"/> is microseconds.</summary>
[StructLayout(LayoutKind.Explicit, Size = 40)]
internal struct NativeTime
{
    internal const int KindDate = 0;
    internal const int KindDateTime = 1;
    internal const int KindTime = 2;

    [FieldOffset(0)]
    internal uint Year;

    [FieldOffset(4)]
    internal uint Month;

    [FieldOffset(8)]
    internal uint Day;

    [FieldOffset(12)]
    internal uint Hour;

    [FieldOffset(16)]
    internal uint Minute;

    [FieldOffset(20)]
    internal uint Second;

    [FieldOffset(24)]
    internal ulong SecondPart;

    [FieldOffset(32)]
    internal byte Negative;

    [FieldOffset(36)]
    internal int Kind;
}
