namespace Drydock.Lab.Oms;

/// <summary>
/// Obviously false secrets in all places where OMS keeps real ones. None of them may ever appear in the operator's
/// files, status or logs.
/// </summary>
public static class OmsCanaries
{
    /// <summary>oms_meta_password: the password of <see cref="OmsScenario.MetaUser"/> on the MetaDB.</summary>
    public const string MetaPassword = "canary-meta-5e1f#pw$1";

    /// <summary>drc_password of config.yaml.</summary>
    public const string DrcPassword = "canary-drc-7c2a";

    /// <summary>tsdb_password of config.yaml.</summary>
    public const string TsdbPassword = "canary-tsdb-9b3d";

    /// <summary>apsara_audit_sls_access_key of config.yaml.</summary>
    public const string SlsAccessKey = "canary-sls-key-1d4e";

    /// <summary>apsara_audit_sls_access_secret of config.yaml.</summary>
    public const string SlsAccessSecret = "canary-sls-secret-2f5a";

    /// <summary>The value of OMS_ADMIN_PASSWORD in the environment of the old container.</summary>
    public const string ContainerPassword = "canary-env-3a6b";

    /// <summary>The password of the OpenAPI user <see cref="OmsScenario.ApiUser"/>.</summary>
    public const string ApiPassword = "canary-api-4b7c";

    /// <summary>A password hash in a row of the rm database. It may be in a dump and nowhere else.</summary>
    public const string StoredHash = "canary-hash-8d0f";

    /// <summary>All canaries for which a test must search.</summary>
    public static IReadOnlyList<string> All { get; } =
        [
            MetaPassword, DrcPassword, TsdbPassword, SlsAccessKey, SlsAccessSecret, ContainerPassword, ApiPassword,
            StoredHash
        ];
}
