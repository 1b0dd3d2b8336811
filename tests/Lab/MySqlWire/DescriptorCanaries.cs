using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Drydock.Lab;

/// <summary>
/// Descriptors that only this object uses. It opens and closes them all the time, so that their numbers are reused at
/// once. Code that closes or shuts down a descriptor it does not own hits one of these.
/// </summary>
internal sealed class DescriptorCanaries : IAsyncDisposable
{
    private const int Held = 48;

    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;

    internal DescriptorCanaries(int seed) => _running = Task.Run(() => RunAsync(new Random(seed)));

    /// <summary>Canaries that were intact when they were closed.</summary>
    internal long Checked { get; private set; }

    /// <summary>Ends them; throws the first error that was found.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _stopping.Dispose();
    }

    private async Task RunAsync(Random random)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(Held);
        var canaries = new List<Pair>();
        try
        {
            while (!_stopping.IsCancellationRequested)
            {
                if (canaries.Count < Held)
                {
                    canaries.Add(await Pair.CreateAsync(listener));
                }

                var index = random.Next(canaries.Count);
                await canaries[index].CheckAsync();
                Checked++;
                if (random.Next(2) == 0)
                {
                    canaries[index].Dispose();
                    canaries.RemoveAt(index);
                }
            }

            foreach (var canary in canaries)
            {
                await canary.CheckAsync();
            }
        }
        finally
        {
            canaries.ForEach(static c => c.Dispose());
        }
    }

    /// <summary>Two connected sockets, which detect a shutdown and not only a close.</summary>
    private sealed class Pair : IDisposable
    {
        private readonly Socket _left;
        private readonly Socket _right;
        private readonly string _leftIs;
        private readonly string _rightIs;
        private byte _next;

        private Pair(Socket left, Socket right)
        {
            _left = left;
            _right = right;
            _leftIs = WhatIs(left);
            _rightIs = WhatIs(right);
        }

        public void Dispose()
        {
            _left.Dispose();
            _right.Dispose();
        }

        internal static async Task<Pair> CreateAsync(Socket listener)
        {
            var left = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, LingerState = new LingerOption(enable: true, 0) };
            await left.ConnectAsync(listener.LocalEndPoint!);
            return new Pair(left, await listener.AcceptAsync());
        }

        internal async Task CheckAsync()
        {
            if (WhatIs(_left) != _leftIs || WhatIs(_right) != _rightIs)
            {
                throw new LabException(
                    $"A descriptor was changed: {_leftIs} is {WhatIs(_left)}, {_rightIs} is {WhatIs(_right)}.");
            }

            byte[] one = [_next++];
            var back = new byte[2];
            await _left.SendAsync(one);
            if (await _right.ReceiveAsync(back) != 1 || back[0] != one[0])
            {
                throw new LabException("A foreign call shut down a canary socket or wrote to it.");
            }
        }

        private static string WhatIs(Socket socket) =>
            new FileInfo(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{socket.Handle}")).LinkTarget ?? "nothing";
    }
}
