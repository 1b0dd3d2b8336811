using System.Runtime.InteropServices;

namespace Drydock.Clients.MySql.Protocol;

/// <summary>
/// Zero-initialized native memory with the lifetime of the object. If it is not disposed, the finalizer frees it.
/// </summary>
internal sealed unsafe class NativeArena() : SafeHandle(0, ownsHandle: true)
{
    private readonly List<nint> _blocks = [];

    public override bool IsInvalid => _blocks.Count == 0;

    internal T* Take<T>(int count = 1)
        where T : unmanaged
    {
        var block = NativeMemory.AllocZeroed((nuint)Math.Max(count, 1), (nuint)sizeof(T));
        _blocks.Add((nint)block);
        return (T*)block;
    }

    protected override bool ReleaseHandle()
    {
        foreach (var block in _blocks)
        {
            NativeMemory.Free((void*)block);
        }

        _blocks.Clear();
        return true;
    }
}
