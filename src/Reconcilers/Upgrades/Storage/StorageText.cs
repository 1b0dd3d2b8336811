namespace Drydock.Reconcilers.Upgrades;

/// <summary>A storage as text for plans, which contain the place but not the Secret that opens it.</summary>
internal static class StorageText
{
    /// <summary>The place as compact JSON, without Secret references; "" for none.</summary>
    public static string Of(StorageSpec? storage)
    {
        if (storage is null)
        {
            return "";
        }

        var json = JsonSerializer.SerializeToNode(storage, CrdsJsonContext.Default.StorageSpec)!.AsObject();
        (json["s3"] as JsonObject)?.Remove("credentialsSecretRef");
        return json.ToJsonString();
    }

    /// <summary>Parses the text of <see cref="Of"/> and puts the present reference to credentials back in.</summary>
    /// <param name="present">The storage as the spec has it now; only its reference to credentials is taken.</param>
    /// <exception cref="FormatException">The text does not describe a storage.</exception>
    public static StorageSpec Parse(string text, StorageSpec? present)
    {
        try
        {
            var storage = JsonSerializer.Deserialize(text, CrdsJsonContext.Default.StorageSpec);
            if (storage is null or { Directory: null, S3: null })
            {
                throw new FormatException($"'{text}' is not a storage, expected {{\"directory\":…}} or {{\"s3\":…}}.");
            }

            // Without a present storage the reference is empty and refused; absent would mean the operator's own keys.
            var reference = present?.S3 is { } now ? now.CredentialsSecretRef : new SecretReference();
            return storage.S3 is { } s3
                ? storage with { S3 = s3 with { CredentialsSecretRef = reference } }
                : storage;
        }
        catch (JsonException exception)
        {
            throw new FormatException($"'{text}' is not a storage: {exception.Message}", exception);
        }
    }
}
