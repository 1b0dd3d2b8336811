using S3Storage = Drydock.Clients.Snapshots.S3Storage;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>Keeps connections to S3 storages: those in use, and a bounded number of idle ones. Every other client is
/// disposed of.</summary>
internal sealed class S3Clients(TimeProvider time) : IDisposable
{
    public const int MostIdle = 32;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Client> _clients = new(StringComparer.Ordinal);
    private readonly LinkedList<Client> _idle = new();
    private bool _disposed;

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _clients.Count;
            }
        }
    }

    /// <summary>A client for one use.</summary>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.InvalidRequest"/>: ca.crt is not a
    /// certificate.</exception>
    public Use Rent(string key, S3StorageOptions options)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_clients.TryGetValue(key, out var client))
            {
                _clients[key] = client = new Client(key, new S3Storage(options, time));
            }
            else if (client.Uses == 0)
            {
                _idle.Remove(client);
            }

            client.Uses++;
            return new Use(this, client);
        }
    }

    public void Dispose()
    {
        List<Client> idle;
        lock (_gate)
        {
            _disposed = true;
            idle = [.. _idle];
            idle.ForEach(Forget);
        }

        idle.ForEach(static client => client.Storage.Dispose());
    }

    private void Return(Client client)
    {
        Client? surplus = null;
        lock (_gate)
        {
            if (--client.Uses > 0)
            {
                return;
            }

            _idle.AddLast(client);
            if (_disposed || _idle.Count > MostIdle)
            {
                surplus = _idle.First!.Value;
                Forget(surplus);
            }
        }

        surplus?.Storage.Dispose();
    }

    private void Forget(Client client)
    {
        _idle.Remove(client);
        _clients.Remove(client.Key);
    }

    /// <summary>One use of a client; ends with <see cref="Dispose"/>.</summary>
    internal sealed class Use(S3Clients owner, Client client) : IDisposable
    {
        private int _ended;

        public ISnapshotStorage Storage => client.Storage;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _ended, 1) == 0)
            {
                owner.Return(client);
            }
        }
    }

    /// <summary>A client and how many use it.</summary>
    internal sealed class Client(string key, S3Storage storage)
    {
        public string Key => key;

        public S3Storage Storage => storage;

        public int Uses { get; set; }
    }
}
