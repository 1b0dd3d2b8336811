using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Kubernetes.CoreTypes;
using Drydock.Clients.Snapshots;
using Drydock.Crds.Common;
using DirectoryStorage = Drydock.Clients.Snapshots.DirectoryStorage;
using S3Storage = Drydock.Clients.Snapshots.S3Storage;

namespace Drydock.Reconcilers.Common.Storage;

/// <inheritdoc cref="IStorages" />
/// <remarks>Connections to an S3 storage are kept while place and Secret stay the same.</remarks>
public sealed class Storages : IStorages, IDisposable
{
    private readonly IKubernetesClient _kubernetes;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, Kept> _kept = new(StringComparer.Ordinal);

    /// <summary>Opens nothing yet.</summary>
    /// <param name="kubernetes">Where Secrets are read.</param>
    /// <param name="time">The clock.</param>
    public Storages(IKubernetesClient kubernetes, TimeProvider time) => (_kubernetes, _time) = (kubernetes, time);

    /// <inheritdoc />
    public async Task<ISnapshotStorage> OpenAsync(StorageSpec storage, string? @namespace, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(storage);
        return storage switch
        {
            { Directory: { } directory, S3: null } => Path.IsPathFullyQualified(directory.Path)
                ? new DirectoryStorage(directory.Path, _time)
                : throw Invalid($"storage.directory.path '{directory.Path}' is no absolute path; correct it"),
            { S3: { } s3, Directory: null } => Keep(Options(s3, await SecretAsync(s3, @namespace, cancellationToken)), $"{@namespace}/{s3.CredentialsSecretRef.Name}"),
            _ => throw Invalid("the storage names neither or both of directory and s3; give one of them"),
        };
    }

    /// <summary>Closes the connections.</summary>
    public void Dispose()
    {
        foreach (var kept in _kept.Values)
        {
            kept.Storage.Dispose();
        }

        _kept.Clear();
    }

    private S3Storage Keep(S3StorageOptions options, string secret)
    {
        var key = $"{secret}\n{options}\n{options.Region}\n{options.PathStyle}";
        var secrets = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', options.AccessKey, options.SecretKey, options.SessionToken, options.CertificateAuthority)));
        if (_kept.TryGetValue(key, out var kept) && CryptographicOperations.FixedTimeEquals(kept.Secrets, secrets))
        {
            return kept.Storage;
        }

        // The former one is not disposed of: whoever still reads or writes by it may finish. Its idle connections close by themselves.
        var storage = new S3Storage(options, _time);
        _kept[key] = new Kept(secrets, storage);
        return storage;
    }

    private async Task<V1Secret> SecretAsync(Crds.Common.S3Storage s3, string? @namespace, CancellationToken cancellationToken)
    {
        var name = s3.CredentialsSecretRef.Name;
        return name.Length == 0
            ? throw Invalid($"storage.s3.credentialsSecretRef of {s3.Endpoint}/{s3.Bucket} is empty; name a Secret with the keys accessKey and secretKey")
            : await _kubernetes.GetAsync<V1Secret>(name, @namespace, cancellationToken)
                ?? throw Invalid($"Secret {name} (storage.s3.credentialsSecretRef) does not exist in namespace {@namespace}; create it with the keys accessKey and secretKey");
    }

    private static S3StorageOptions Options(Crds.Common.S3Storage s3, V1Secret secret) => new()
    {
        Endpoint = Uri.TryCreate(s3.Endpoint, UriKind.Absolute, out var endpoint) && (endpoint.Scheme == Uri.UriSchemeHttp || endpoint.Scheme == Uri.UriSchemeHttps)
            ? endpoint
            : throw Invalid($"storage.s3.endpoint '{s3.Endpoint}' is no URL, expected for instance https://s3.example:9000"),
        Bucket = s3.Bucket,
        Prefix = s3.Prefix ?? "",
        Region = s3.Region,
        PathStyle = s3.PathStyle,
        AccessKey = Required(secret, "accessKey"),
        SecretKey = Required(secret, "secretKey"),
        SessionToken = Text(secret, "sessionToken"),
        CertificateAuthority = Text(secret, "ca.crt"),
    };

    private static string Required(V1Secret secret, string key) =>
        Text(secret, key) ?? throw Invalid($"Secret {secret.Metadata.Name} (storage.s3.credentialsSecretRef) lacks the key {key}; add it");

    private static string? Text(V1Secret secret, string key) =>
        secret.Data?.GetValueOrDefault(key) is { Length: > 0 } bytes && Encoding.UTF8.GetString(bytes).Trim() is { Length: > 0 } text ? text : null;

    private static SnapshotException Invalid(string message) => new(SnapshotFailure.InvalidRequest, message);

    private sealed record Kept(byte[] Secrets, S3Storage Storage);
}
