namespace Drydock.Crds.Common;

/// <summary>CEL expressions and messages of the rules that stand on several types.</summary>
internal static class SharedRules
{
    public const string PathStays = "!has(self.path) || !self.path.split('/').exists(s, s == '..')";

    public const string OneSource = "has(self.storage) != has(self.hostPath) && has(self.storage) == has(self.path)";

    public const string RestoreTestCanOpen =
        "!has(self.verify) || self.verify != 'RestoreTest' || !has(self.encryption) || has(self.ageIdentitySecretRef)";

    public const string HasSetting = "has(self.control) || has(self.deployDir)";

    public const string SameVersion =
        "toVersion must differ from fromVersion. Otherwise there is nothing to upgrade.";

    public const string TcpNeedsTls =
        "A tcp:// endpoint needs tlsSecretRef. Set insecure: true only if it has no TLS; anyone who can reach "
        + "it is then root on the host.";

    public const string InsecureIsAlone =
        "insecure: true is only for a tcp:// endpoint without tlsSecretRef. Remove insecure or tlsSecretRef.";

    public const string TlsIsForTcp =
        "tlsSecretRef is only for a tcp:// endpoint. Remove it.";

    public const string SshNeedsKey =
        "An ssh:// endpoint needs sshSecretRef, and any other endpoint must not have it.";

    public const string OnlyForSsh =
        "jump and become (engineBecome in access.docker) are only for an ssh:// endpoint. Remove them.";

    public const string OneArchiveSource =
        "An archive needs either storage and path, or hostPath (a file on every host), but not both.";

    public const string ArchivePath =
        "path must not contain '..', because it is relative to the storage.";

    public const string RestoreTestNeedsIdentity =
        "verify: RestoreTest of encrypted dumps needs ageIdentitySecretRef, because the test opens the dumps.";

    public const string SomeSetting =
        "The entry sets nothing. Set control or deployDir, or remove the entry.";
}
