namespace Drydock.Tests.Integration.Clients.Snapshots;

public sealed class DirectoryStorageContractTests : StorageContract, IDisposable
{
    private readonly List<string> _folders = [];

    public void Dispose() => _folders.ForEach(static folder => Directory.Delete(folder, recursive: true));

    protected override Task<ISnapshotStorage> OpenAsync()
    {
        _folders.Add(Directory.CreateTempSubdirectory("drydock-contract-").FullName);
        return Task.FromResult<ISnapshotStorage>(new DirectorySnapshotStorage(new StorageRoot(_folders[^1]), ""));
    }
}
