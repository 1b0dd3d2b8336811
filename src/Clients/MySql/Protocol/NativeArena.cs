using System.Runtime.InteropServices;

namespace Drydock.Clients.MySql.Protocol;

/// <summary>Native memory that lives as long as the object and is zeroed at the start.</summary>
internal sealed unsafe class NativeArena : IDisposable
{
    private readonly List<nint> _blocks = [];

    public void Dispose()
    {
        foreach (var block in _blocks)
        {
            NativeMemory.Free((void*)block);
        }

        _blocks.Clear();
    }

    internal T* Take<T>(int count = 1)
        where T : unmanaged
    {
        var block = NativeMemory.AllocZeroed((nuint)Math.Max(count, 1), (nuint)sizeof(T));
        _blocks.Add((nint)block);
        return (T*)block;
    }
}
