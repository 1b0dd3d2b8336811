namespace Drydock.Tests.Unit.Crds.Specs.Sweep.Databases;

/// <summary>Proofs for the fields of a storage: all of it is identity but the credentials.</summary>
internal static class Storages
{
    /// <summary>The proofs.</summary>
    /// <param name="path">Path of the storage below spec.</param>
    /// <param name="spec">The spec.</param>
    /// <param name="look">What is seen.</param>
    /// <param name="owner">What the storage is a field of.</param>
    /// <param name="before">Makes the owner.</param>
    /// <param name="opened">What is seen of the credentials, where that is not seen by look.</param>
    public static IEnumerable<FieldProof> Identity(
        string path,
        DatabaseRollingUpgradeSpec spec,
        Func<DatabaseRollingUpgradeSpec, Task<string>> look,
        Func<JsonObject, JsonObject> owner,
        Action<JsonObject> before,
        Func<DatabaseRollingUpgradeSpec, Task<string>>? opened = null)
    {
        void InBucket(JsonObject json)
        {
            before(json);
            Upgrades.ToBucket(owner(json));
        }

        JsonNode S3(JsonObject json) => owner(json)["storage"]!["s3"]!;
        yield return Rolls.Identity(
            $"{path}.directory.path", spec, look,
            json => owner(json)["storage"] = Rolls.Json("""{"directory":{"path":"/elsewhere"}}"""), before);
        yield return Rolls.Identity(
            $"{path}.s3.endpoint", spec, look, json => S3(json)["endpoint"] = "https://other.example", InBucket);
        yield return Rolls.Identity($"{path}.s3.bucket", spec, look, json => S3(json)["bucket"] = "other", InBucket);
        yield return Rolls.Identity($"{path}.s3.prefix", spec, look, json => S3(json)["prefix"] = "other", InBucket);
        yield return Rolls.Identity($"{path}.s3.region", spec, look, json => S3(json)["region"] = "eu-1", InBucket);
        yield return Rolls.Identity(
            $"{path}.s3.pathStyle", spec, look, json => S3(json)["pathStyle"] = false, InBucket);
        yield return Rolls.Identity($"{path}.s3.insecure", spec, look, json => S3(json)["insecure"] = true, InBucket);
        yield return Rolls.Access(
            $"{path}.s3.credentialsSecretRef.name", spec, opened ?? look,
            json => S3(json)["credentialsSecretRef"]!["name"] = "other", InBucket);
    }
}
