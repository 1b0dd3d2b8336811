namespace Drydock.Clients.Docker;


/// <summary>How endpoints are shown. A password in an address never is.</summary>
internal static class EndpointNames
{
    public static string Describe(Uri uri)
    {
        if (!uri.IsAbsoluteUri)
        {
            return "(relative address)";
        }

        if (uri.Scheme == "unix")
        {
            return $"unix://{Uri.UnescapeDataString(uri.AbsolutePath)}";
        }

        var user = uri.UserInfo.Split(':', 2)[0];
        var authority = uri.IsDefaultPort || uri.Port < 0 ? uri.Host : $"{uri.Host}:{uri.Port}";
        return user.Length == 0 ? $"{uri.Scheme}://{authority}" : $"{uri.Scheme}://{user}@{authority}";
    }
}
