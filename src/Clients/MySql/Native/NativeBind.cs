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
