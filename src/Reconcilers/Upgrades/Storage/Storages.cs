namespace Drydock.Reconcilers.Upgrades;

/// <param name="endpoints">Which addresses are connected to; null for the default.</param>
/// <param name="own">Credentials for storages that name no Secret; null if they are refused.</param>
internal sealed class Storages(
    IKubernetesClient kubernetes,
    StorageRoots roots,
    TimeProvider time,
    EndpointPolicy? endpoints = null,
    S3OwnCredentials? own = null)
    : IStorages
{
    public const int MostClients = 32;

    private const string NoDefault =
        "The spec names no storage, and the operator has no default, because it was started without --storage-root. "
        + "Expected is storage.directory or storage.s3; or have an administrator add --storage-root to the operator.";

    // One that is left out is not disposed of, because it may be in use: its connections end when they are idle.
    private readonly BoundedCache<S3SnapshotStorage> _clients = new(MostClients);

    public bool Shared => roots.Shared;

    public string? DefaultDirectory => roots.Default;

    internal int Clients => _clients.Count;

    public async Task<ISnapshotStorage> OpenAsync(
        StorageSpec storage, string? @namespace, CancellationToken cancellationToken) => storage switch
        {
            { Directory: { } directory, S3: null } => roots.Open(directory.Path, @namespace),
            { S3: { CredentialsSecretRef: { } reference } s3, Directory: null } =>
                Keep(
                    OptionsOf(s3, Keys(reference, await SecretAsync(s3, reference, @namespace, cancellationToken))),
                    $"{@namespace}/{reference.Name}"),
            { S3: { } s3, Directory: null } => Keep(OptionsOf(s3, OwnKeys(s3)), ""),
            _ => throw new SnapshotException(SnapshotFailure.NotAllowed, NoDefault),
        };

    public string? Refusal(StorageSpec storage, string? @namespace)
    {
        try
        {
            _ = storage is { Directory: { } directory, S3: null } ? roots.Open(directory.Path, @namespace) : null;
            return storage is { Directory: null, S3: null } ? NoDefault : null;
        }
        catch (SnapshotException refused)
        {
            return refused.Message;
        }
    }

    public string Describe(StorageSpec storage, string? @namespace) =>
        storage is { Directory: { } directory, S3: null }
            ? $"directory {roots.Locate(directory.Path, @namespace)}"
            : storage.Describe();

    private S3SnapshotStorage Keep(S3StorageOptions options, string secret)
    {
        var secrets = SHA256.HashData(
            Encoding.UTF8.GetBytes(
                string.Join(
                    '\n', options.AccessKey, options.SecretKey, options.SessionToken, options.CertificateAuthority)));
        var key = $"{secret}\n{options}\n{options.Region}\n{options.PathStyle}\n{Convert.ToHexStringLower(secrets)}";
        if (_clients.Find(key) is not { } client)
        {
            _clients.Set(key, client = new S3SnapshotStorage(options, time));
        }

        return client;
    }

    private async Task<V1Secret> SecretAsync(
        Crds.Common.S3Storage s3, SecretReference reference, string? @namespace, CancellationToken cancellationToken)
    {
        var name = reference.Name;
        return name.Length == 0
            ? throw Invalid(
                $"storage.s3.credentialsSecretRef of {s3.Endpoint}/{s3.Bucket} is empty. Name a Secret with the keys "
                + "accessKey and secretKey.")
            : await kubernetes.GetAsync<V1Secret>(name, @namespace, cancellationToken)
                ?? throw Missing(
                    $"Secret {name} (storage.s3.credentialsSecretRef) does not exist in namespace {@namespace}. Create "
                    + "it with the keys accessKey and secretKey.");
    }

    private S3Keys OwnKeys(Crds.Common.S3Storage s3) =>
        (own ?? throw Invalid(
            $"The storage {s3.Endpoint}/{s3.Bucket} has no storage.s3.credentialsSecretRef. Name a Secret with the "
            + "keys accessKey and secretKey, or start the operator with --s3-own-credentials.")).Read();

    private static S3Keys Keys(SecretReference reference, V1Secret secret) =>
        SecretLimits.Refusal(reference.Name, secret.Values, SecretKeys.Storage) is { } refusal
            ? throw Invalid($"storage.s3.credentialsSecretRef: {refusal}")
            : new S3Keys(
                Required(secret, StorageKeys.AccessKey, StorageKeys.AwsAccessKey),
                Required(secret, StorageKeys.SecretKey, StorageKeys.AwsSecretKey),
                Text(secret, StorageKeys.SessionToken) ?? Text(secret, StorageKeys.AwsSessionToken),
                SecretLimits.Pem(secret.Values.GetValueOrDefault(StorageKeys.Authority)));

    private S3StorageOptions OptionsOf(Crds.Common.S3Storage s3, S3Keys keys) => new()
    {
        Endpoint = Uri.TryCreate(s3.Endpoint, UriKind.Absolute, out var endpoint)
            && (endpoint.Scheme == Uri.UriSchemeHttp || endpoint.Scheme == Uri.UriSchemeHttps)
            ? endpoint
            : throw Invalid(
                $"storage.s3.endpoint '{s3.Endpoint}' is not a URL, expected for example https://s3.example:9000."),
        Bucket = s3.Bucket,
        Prefix = s3.Prefix ?? "",
        Region = s3.Region,
        PathStyle = s3.PathStyle,
        AccessKey = keys.AccessKey,
        SecretKey = keys.SecretKey,
        SessionToken = keys.SessionToken,
        CertificateAuthority = keys.Authority,
        Endpoints = endpoints ?? EndpointPolicy.Default,
    };

    private static string Required(V1Secret secret, string key, string alias) =>
        Text(secret, key)
            ?? Text(secret, alias)
            ?? throw Missing(
                $"Secret {secret.Metadata.Name} (storage.s3.credentialsSecretRef) lacks the key {key}. Add it, or "
                + $"{alias}.");

    // Keys, tokens and certificates of S3 neither begin nor end with white space.
    private static string? Text(V1Secret secret, string key) =>
        SecretText.Of(secret.Values, key)?.Trim() is { Length: > 0 } text ? text : null;

    private static SnapshotException Invalid(string message) => new(SnapshotFailure.InvalidRequest, message);

    private static SnapshotException Missing(string message) => new(SnapshotFailure.SecretMissing, message);
}

/// <summary>Opens the storages that specs name, and finds out before anything is changed whether dumps can be stored
/// there and found again. The worlds of the tests implement it, too.</summary>
internal interface IStorages
{
    bool Shared => false;

    /// <summary>The storage of specs that name none; null if the operator has none.</summary>
    string? DefaultDirectory => null;

    /// <summary>Why objects of a namespace may not use a storage; null if they may. Looks nothing up, so that it does
    /// not say what exists.</summary>
    string? Refusal(StorageSpec storage, string? @namespace) => null;

    /// <summary>Asks no storage.</summary>
    string Describe(StorageSpec storage, string? @namespace) => storage.Describe();

    IEnumerable<Finding> Refusals(IEnumerable<(StorageSpec? Storage, string Field)> storages, string? @namespace)
    {
        foreach (var (storage, field) in storages)
        {
            if (storage is not null && Refusal(storage, @namespace) is { } refusal)
            {
                yield return new Finding { Reason = Reasons.InvalidSpec, Message = refusal, Field = field };
            }
        }
    }

    /// <summary>Opens a storage; an S3 storage's Secret is read again each time, so that rotated credentials count at
    /// once. The caller does not dispose of it.</summary>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.SecretMissing"/>: the Secret does not exist or
    /// lacks a key. <see cref="SnapshotFailure.InvalidRequest"/>: the spec names no place, the Secret is missing or
    /// lacks a key, or ca.crt is not a certificate. <see cref="SnapshotFailure.NotAllowed"/>: the directory is not
    /// below a storage root.</exception>
    Task<ISnapshotStorage> OpenAsync(StorageSpec storage, string? @namespace, CancellationToken cancellationToken);

    /// <summary>Whether the storage still bears the mark that preflight wrote: the volume or bucket is the one it
    /// was.</summary>
    /// <exception cref="SnapshotException">It cannot be opened or read: nothing is known then.</exception>
    async Task<bool> IsMarkedAsync(StorageSpec storage, string? @namespace, CancellationToken cancellationToken) =>
        await (await OpenAsync(storage, @namespace, cancellationToken)).ReadMarkAsync(cancellationToken) is not null;

    /// <summary>Writes and reads back the storage's mark, and looks how much room there is.</summary>
    /// <returns>Free bytes; null where the storage cannot tell.</returns>
    /// <exception cref="SnapshotException">It cannot be opened, written or read back.</exception>
    async Task<long?> ProbeAsync(StorageSpec storage, string? @namespace, CancellationToken cancellationToken)
    {
        var place = await OpenAsync(storage, @namespace, cancellationToken);
        var written = await place.EnsureMarkAsync(cancellationToken);
        var read = await place.ReadMarkAsync(cancellationToken);
        if (read?.StorageId != written.StorageId)
        {
            throw new SnapshotException(
                SnapshotFailure.StorageUnusable,
                $"{place.Description} does not return the marker file that was written to it. Check that it is the "
                + "correct volume or bucket.");
        }

        return await place.GetFreeBytesAsync(cancellationToken);
    }

    /// <summary>Tries whether dumps can be encrypted to these recipients.</summary>
    /// <exception cref="SnapshotException">They cannot; the message names the recipient.</exception>
    Task CheckRecipientsAsync(IReadOnlyList<string> recipients, CancellationToken cancellationToken) =>
        new AgeRecipients().CheckAsync(recipients, cancellationToken);
}
